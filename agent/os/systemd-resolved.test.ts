import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal } from '#protocol/errors.ts';
import { type RunCommand, runCommand } from './command.ts';
import { inEnclosure, whyNoEnclosure } from './enclosure.fixture.ts';
import { setUpResolver } from './resolver.ts';
import { leadsToResolved, setLinkNames } from './systemd-resolved.ts';

const NAMES = {
  adapter: 'cwos0',
  server: '127.67.87.53',
  suffix: 'contoso.causeway.internal',
  routedDomains: ['64.100.in-addr.arpa', 'd.f.ip6.arpa'],
};
const STUB = 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n';

/** A package unpacked into this folder will do; nothing has to be installed. */
const daemon = `${process.env.SYSTEMD_RESOLVED_ROOT ?? ''}/lib/systemd/systemd-resolved`;
const reason = whyNoEnclosure() ?? (existsSync(daemon) ? null : `${daemon} is not installed`);

describe.skipIf(reason !== null)(
  `a real systemd-resolved${reason ? ` (skipped: ${reason})` : ''}`,
  { timeout: 60_000 },
  () => {
    test('sends us our names and nobody else, and forgets all with the link', async () => {
      expect(await inEnclosure('systemd-resolved.fixture.ts', 'splitDns')).toEqual({
        during: {
          mode: 'systemd-resolved',
          bare: '100.64.0.7',
          full: '100.64.0.7',
          reverse: 'sql01.contoso.causeway.internal',
          denied: 'none',
          outside: '198.51.100.80',
          proof: 'none',
          link: true,
          leaked: [],
        },
        after: {
          dns: expect.stringMatching(/\(cwos0\):$/),
          domain: expect.stringMatching(/\(cwos0\):$/),
          outside: '198.51.100.80',
          resolvConfEqual: true,
        },
        gone: 'none',
      });
    });
  },
);

test.each([
  ['the stub alone', STUB, true],
  ['both stubs', `${STUB}nameserver 127.0.0.54\n`, true],
  ['real servers', 'nameserver 192.0.2.1\n', false],
  ['the stub and another server', `${STUB}nameserver 192.0.2.1\n`, false],
  ['no server', '# nameserver 127.0.0.53\n', false],
])('programs are sent to resolved by %s: %s', (_, text, expected) => {
  expect(leadsToResolved(text)).toBe(expected);
});

describe('a resolvectl that records what it is told', () => {
  let directory: string;
  const log = () => readFile(join(directory, 'log'), 'utf8').then((text) => text.trimEnd().split('\n'));
  const run: RunCommand = (program, ...rest) =>
    runCommand({ ...program, command: join(directory, program.command) }, ...rest);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cwos-'));
    await writeFile(join(directory, 'resolv.conf'), STUB);
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function fake(failing: string): Promise<void> {
    const script = `#!/bin/sh\necho "$*" >> ${directory}/log\n[ "$1" != '${failing}' ]\n`;
    await writeFile(join(directory, 'resolvectl'), script);
    await chmod(join(directory, 'resolvectl'), 0o755);
  }
  const setUp = () =>
    setUpResolver({
      ...NAMES,
      run,
      stateDirectory: directory,
      resolvConf: join(directory, 'resolv.conf'),
      hostName: 'a',
    });

  test('every setting is for the adapter’s link, and one command takes all back', async () => {
    await fake('nothing');
    const setup = await setUp();
    expect(setup.mode).toBe('systemd-resolved');
    await setup.restore();
    expect(await log()).toEqual([
      'dns cwos0 127.67.87.53',
      'domain cwos0 contoso.causeway.internal ~64.100.in-addr.arpa ~d.f.ip6.arpa',
      'default-route cwos0 false',
      'dnssec cwos0 no',
      'dnsovertls cwos0 no',
      'llmnr cwos0 no',
      'mdns cwos0 no',
      'revert cwos0',
    ]);
    expect(await readFile(join(directory, 'resolv.conf'), 'utf8')).toBe(STUB);
  });

  test('refused half-way, it is taken back and resolv.conf is used', async () => {
    await fake('default-route');
    const setup = await setUp();
    expect(setup.mode).toBe('resolv.conf');
    expect((await log()).at(-1)).toBe('revert cwos0');
    await setup.restore();
    expect(await readFile(join(directory, 'resolv.conf'), 'utf8')).toBe(STUB);
  });

  test('not installed: resolv.conf is used', async () => {
    await expect(setLinkNames(NAMES, run)).rejects.toSatisfy((error) => isRefusal(error, 'COMMAND_MISSING'));
    const setup = await setUp();
    expect(setup.mode).toBe('resolv.conf');
    await setup.restore();
  });
});
