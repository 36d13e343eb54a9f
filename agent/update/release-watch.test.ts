import { expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import type { Release } from '#protocol/release.ts';
import { watchReleases } from './release-watch.ts';

const MACHINE = '0'.repeat(32);

/** Looks once for each answer; an error is thrown. @returns what was told, and what was logged */
async function looking(answers: (Partial<Release> | undefined | Error)[]) {
  const stop = new AbortController();
  const told: (string | null)[] = [];
  const logged: unknown[] = [];
  const waits: number[] = [];
  await watchReleases({
    key: {} as never,
    version: '1.2.3',
    place: () => ({ machine: MACHINE, target: {} as never }),
    fetch: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer && ({ version: '1.2.3', rollout: 100, iat: 0, files: [], ...answer } as Release);
    },
    tell: (notice) => told.push(notice === null ? null : notice.message),
    log: (message, details) => logged.push([message, details]),
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      if (answers.length === 0) stop.abort();
    },
    stop: stop.signal,
    random: () => 0.5,
  });
  return { told, logged, waits };
}

test('a newer version is told once the machine is among those it is offered to', async () => {
  const { told } = await looking([
    undefined,
    {},
    { version: '1.3.0', rollout: 0 },
    { version: '1.3.0' },
    { version: '1.2.2' },
  ]);
  expect(told).toEqual([null, null, null, expect.stringMatching(/1\.3\.0.*1\.2\.3/), null]);
});

test('a server that can not be asked is asked again, and what it said before stands', async () => {
  const { told, logged, waits } = await looking([new CausewayError('RELEASE_FORGED'), { version: '1.3.0' }]);
  expect(told).toHaveLength(1);
  expect(logged).toHaveLength(1);
  expect(waits).toHaveLength(3);
});
