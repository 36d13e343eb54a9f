import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { writeDurably } from '#runtime/durable-file.ts';
import { type Activation, loadActivation, saveActivation } from './activation-file.ts';
import { loadOrCreateIdentity } from './identity.ts';
import { lockStateDirectory } from './state-lock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-state-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const asRoot = process.getuid?.() === 0;

const ACTIVATION: Activation = {
  server: 'https://relay.example',
  pin: 'A'.repeat(43) as Activation['pin'],
  grantKey: 'A'.repeat(43) as Activation['grantKey'],
  self: {
    id: '0'.repeat(32),
    kind: 'local-endpoint',
    name: 'sql01',
    subscription: { id: '1'.repeat(32), name: 'contoso' },
    ipv4: '100.64.1.2',
    ipv6: 'fd00::1',
    memberOf: null,
    relays: [],
    policyVersion: 1,
  } as unknown as SelfFacts,
  wanted: 'up',
};

describe('identity', () => {
  test('is made once, for its owner alone, and stays the same', async () => {
    const first = await loadOrCreateIdentity(directory);
    expect((await stat(join(directory, 'identity.json'))).mode & 0o777).toBe(0o600);
    const second = await loadOrCreateIdentity(directory);
    expect(second.signingKey).toBe(first.signingKey);
    expect(second.tunnelPrivateKey).toEqual(first.tunnelPrivateKey);
    expect(await readdir(directory)).toEqual(['identity.json']);
  });

  test('two identities agree on a shared secret', async () => {
    const [a, b] = [
      await loadOrCreateIdentity(directory),
      await loadOrCreateIdentity(await mkdtemp(join(directory, 'b-'))),
    ];
    expect(a.sharedSecret(b.tunnelKey)).toEqual(b.sharedSecret(a.tunnelKey));
  });

  test.each([
    ['empty', () => ''],
    ['cut', (text: string) => text.slice(0, 40)],
    [
      'another public key',
      (text: string) => text.replace(/"x":"(.)/, (_, first) => `"x":"${first === 'A' ? 'B' : 'A'}`),
    ],
    ['a foreign shape', () => '{"version":2}'],
  ])('%s → IDENTITY_CORRUPT, and the file stays as it is', async (_, damage) => {
    const path = join(directory, 'identity.json');
    await loadOrCreateIdentity(directory);
    const damaged = damage(await readFile(path, 'utf8'));
    await writeFile(path, damaged);
    await expect(loadOrCreateIdentity(directory)).rejects.toMatchObject({
      code: 'IDENTITY_CORRUPT',
      remedy: expect.stringMatching(/activate again/),
    });
    expect(await readFile(path, 'utf8')).toBe(damaged);
  });

  test('readable by others → IDENTITY_EXPOSED', async () => {
    await loadOrCreateIdentity(directory);
    await chmod(join(directory, 'identity.json'), 0o644);
    await expect(loadOrCreateIdentity(directory)).rejects.toMatchObject({ code: 'IDENTITY_EXPOSED' });
  });
});

describe('activation file', () => {
  test('comes back as it was stored', async () => {
    expect(await loadActivation(directory)).toBeUndefined();
    await saveActivation(directory, ACTIVATION);
    expect(await loadActivation(directory)).toEqual(ACTIVATION);
  });

  test('damaged → STATE_CORRUPT', async () => {
    await writeFile(join(directory, 'activation.json'), '{"version":1');
    await expect(loadActivation(directory)).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  });
});

describe('the lock', () => {
  test('a second holder of one directory is refused until the first lets go', async () => {
    const first = await lockStateDirectory(directory);
    await expect(lockStateDirectory(join(directory, '.'))).rejects.toMatchObject({ code: 'STATE_IN_USE' });
    await first[Symbol.asyncDispose]();
    const second = await lockStateDirectory(directory);
    await second[Symbol.asyncDispose]();
  });

  test('dies with its holder', async () => {
    const holder = spawn(process.execPath, [
      '--eval',
      `import('${new URL('state-lock.ts', import.meta.url).href}').then(async ({ lockStateDirectory }) => {
        await lockStateDirectory('${directory}');
        console.log('held');
        setInterval(() => {}, 1000);
      })`,
    ]);
    await once(holder.stdout, 'data');
    await expect(lockStateDirectory(directory)).rejects.toMatchObject({ code: 'STATE_IN_USE' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await lockStateDirectory(directory);
    await lock[Symbol.asyncDispose]();
  });
});

describe('durable write', () => {
  test('a read-only directory → DIRECTORY_READ_ONLY', async (context) => {
    if (!asRoot) context.skip('needs root to mount a read-only directory');
    const mount = join(directory, 'ro');
    await mkdir(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', mount]);
    try {
      await expect(saveActivation(mount, ACTIVATION)).rejects.toMatchObject({ code: 'DIRECTORY_READ_ONLY' });
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  test('a full disk → DISK_FULL, and the old state is whole', async (context) => {
    if (!asRoot) context.skip('needs root to mount a small file system');
    const mount = join(directory, 'small');
    await mkdir(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount]);
    try {
      await saveActivation(mount, ACTIVATION);
      await writeFile(join(mount, 'ballast'), Buffer.alloc(128 * 1024)).catch(() => undefined);
      const refused = saveActivation(mount, { ...ACTIVATION, wanted: 'down' });
      await expect(refused).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(await loadActivation(mount)).toEqual(ACTIVATION);
      expect((await readdir(mount)).sort()).toEqual(['activation.json', 'ballast']);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  test('replaces the mode too', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'old', { mode: 0o644 });
    await writeDurably(path, 'new', 0o600);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
