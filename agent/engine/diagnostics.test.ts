import { beforeEach, expect, test } from 'vitest';
import type { DiagnosticCheck } from '#protocol/diagnostics.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check } from '#protocol/local-api.ts';
import { Diagnostics } from './diagnostics.ts';

let sent: DiagnosticCheck[][];
let logged: string[];

beforeEach(() => {
  sent = [];
  logged = [];
});

const check = (more: Partial<Check> = {}): Check =>
  ({ name: 'clock', ok: true, detail: 'It is right.', remedy: null, ...more }) as Check;

function diagnostics(diagnose: () => Promise<Check[]>, send?: () => Promise<unknown>): Diagnostics {
  return new Diagnostics({
    diagnose,
    send: send ?? (async (checks) => void sent.push(checks)),
    log: (message) => void logged.push(message),
  });
}

test('sends each check with its result, and no more of a sentence than is shown', async () => {
  const remedy = 'x'.repeat(600);
  await diagnostics(async () => [check(), check({ name: 'n'.repeat(100), ok: false, remedy })]).asked();
  expect(sent).toEqual([
    [
      { name: 'clock', result: 'ok', sentence: 'It is right.', remedy: null },
      {
        name: `${'n'.repeat(79)}…`,
        result: 'failed',
        sentence: 'It is right.',
        remedy: `${'x'.repeat(499)}…`,
      },
    ],
  ]);
});

test('sends no more checks than the server takes', async () => {
  const most = LIMITS.DIAGNOSTIC_CHECKS_MAX.value;
  await diagnostics(async () => Array.from({ length: most + 1 }, () => check())).asked();
  expect(sent[0]).toHaveLength(most);
});

test('runs once for all who ask meanwhile, and again for who asks afterwards', async () => {
  const running = Promise.withResolvers<Check[]>();
  const both = diagnostics(() => running.promise);
  const first = both.asked();
  await both.asked();
  expect(sent).toHaveLength(0);
  running.resolve([check()]);
  await first;
  await both.asked();
  expect(sent).toHaveLength(2);
});

test('what can not be sent is written down, and the next is tried all the same', async () => {
  const failing = diagnostics(
    async () => [check()],
    () => Promise.reject(new Error('offline')),
  );
  await failing.asked();
  await failing.asked();
  expect(logged).toEqual(['diagnostics could not be sent', 'diagnostics could not be sent']);
});
