import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CausewayError, type ErrorCode } from '#protocol/errors.ts';
import { activateByItself } from './activate-by-itself.ts';
import { linuxTokenSources } from './linux-sources.ts';
import { findToken, type TokenSource } from './token-sources.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-sources-'));
});
afterEach(() => rm(directory, { recursive: true }));

const sourcesIn = (environment: NodeJS.ProcessEnv = {}) =>
  linuxTokenSources({ stateDirectory: directory, environment }, join(directory, 'policy'));
const embed = (text: string) => writeFile(join(directory, 'embedded.causeway'), text);

/** An engine that answers one outcome after another; undefined is success. */
function engineOf(...outcomes: (CausewayError | undefined)[]) {
  const tokens: string[] = [];
  let machine: object | null = null;
  return {
    tokens,
    status: () => ({ machine }) as never,
    up: async ({ token }: { token: string }) => {
      tokens.push(token);
      const outcome = outcomes.shift();
      if (outcome !== undefined) throw outcome;
      machine = {};
    },
  };
}
const run = async (engine: ReturnType<typeof engineOf>, sources: readonly TokenSource[]) => {
  const logged: Record<string, unknown>[] = [];
  const waits: number[] = [];
  await activateByItself({
    engine,
    sources,
    stop: new AbortController().signal,
    log: (message, details) => logged.push({ message, ...details }),
    sleep: async (milliseconds) => void waits.push(milliseconds),
  });
  return { logged, waits };
};

test.each([
  ['policy', ['policy', 'command line', 'embedded']],
  ['command line', ['command line', 'embedded']],
  ['embedded', ['embedded']],
  [undefined, []],
] as const)('%s comes first of %j', async (first, present) => {
  const there = new Set<string>(present);
  if (there.has('policy')) await writeFile(join(directory, 'policy'), '# by the fleet\nof the policy\n');
  if (there.has('embedded')) await embed('# Causeway\nof the package\n');
  const environment = there.has('command line') ? { CAUSEWAY_ACTIVATION_TOKEN: 'of the environment' } : {};
  // In whatever order they are told.
  expect((await findToken(sourcesIn(environment).reverse()))?.source.kind).toBe(first);
});

test('the token is gone once it was used, but for that of a policy', async () => {
  const environment = { CAUSEWAY_ACTIVATION_TOKEN: 'secret' };
  await embed('embedded');
  await writeFile(join(directory, 'policy'), 'kept\n');
  const engine = engineOf(undefined);
  const { logged } = await run(engine, sourcesIn(environment));
  expect(engine.tokens).toEqual(['kept']);
  expect(environment).toEqual({});
  await expect(readFile(join(directory, 'embedded.causeway'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readFile(join(directory, 'policy'), 'utf8')).toBe('kept\n');
  expect(JSON.stringify(logged)).not.toMatch(/kept|secret/);
});

test.each<ErrorCode>([
  'SERVER_UNREACHABLE',
  'TIMED_OUT',
  'RATE_LIMITED',
  'PROXY_UNREACHABLE',
  'PAC_UNUSABLE',
  'INTERNAL',
  'DATABASE_UNREACHABLE',
])('it goes on after %s, and keeps the token until then', async (code) => {
  await embed('cwt1_x');
  const away = new CausewayError(code);
  const engine = engineOf(away, away, undefined);
  const { waits } = await run(engine, sourcesIn());
  expect(engine.tokens).toEqual(['cwt1_x', 'cwt1_x', 'cwt1_x']);
  expect(waits).toHaveLength(2);
});

test('a refusal ends it, and leaves the token where it was', async () => {
  await embed('cwt1_x');
  const { logged, waits } = await run(engineOf(new CausewayError('TOKEN_REVOKED')), sourcesIn());
  expect(waits).toEqual([]);
  expect(logged).toMatchObject([{ source: 'embedded', error: expect.stringContaining('TOKEN_REVOKED'), again: false }]);
  expect(await readFile(join(directory, 'embedded.causeway'), 'utf8')).toBe('cwt1_x');
});
