import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { addOurs } from './resolv-conf.ts';
import { applyToResolvConf, isApplied, type ResolvConfOptions, restoreResolvConf } from './resolv-conf-setup.ts';

const ORIGINAL = '# by hand\r\nsearch corp.example\nnameserver 192.0.2.1';
const OURS = { server: '127.67.87.53', suffix: 'contoso.causeway.internal' };

let directory: string;
let options: ResolvConfOptions;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cwos-'));
  await mkdir(join(directory, 'etc'));
  await mkdir(join(directory, 'state'));
  options = {
    path: join(directory, 'etc/resolv.conf'),
    stateDirectory: join(directory, 'state'),
    ours: OURS,
    hostDomain: null,
  };
});
afterEach(() => rm(directory, { recursive: true }));

const content = (path = options.path) => readFile(path, 'latin1');
const applied = (original: string) => addOurs(original, OURS, null).text;
const savedFile = () => join(options.stateDirectory, 'resolv-conf.json');

describe('apply and restore', () => {
  test.each([
    ['a text', ORIGINAL, 0o644],
    ['an empty file', '', 0o644],
    ['a file that only root may read', 'nameserver 192.0.2.1\n', 0o600],
  ])('%s comes back byte for byte, with its mode', async (_, original, mode) => {
    await writeFile(options.path, original);
    await chmod(options.path, mode);
    await applyToResolvConf(options);
    expect(await content()).toBe(applied(original));
    expect((await stat(options.path)).mode & 0o7777).toBe(mode);
    expect(await isApplied(options)).toBe(true);
    expect(await restoreResolvConf(options)).toBe(true);
    expect(await content()).toBe(original);
    expect((await stat(options.path)).mode & 0o7777).toBe(mode);
    await expect(stat(savedFile())).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await restoreResolvConf(options)).toBe(false);
  });

  test('a missing file is missing again', async () => {
    await applyToResolvConf(options);
    expect(await content()).toBe(applied(''));
    await restoreResolvConf(options);
    await expect(stat(options.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a symbolic link stays one, and what it points to is edited', async () => {
    await mkdir(join(directory, 'run'));
    const target = join(directory, 'run/resolv.conf');
    await writeFile(target, ORIGINAL);
    await symlink('../run/resolv.conf', options.path);
    await applyToResolvConf(options);
    expect(await content(target)).toBe(applied(ORIGINAL));
    expect(await readlink(options.path)).toBe('../run/resolv.conf');
    await restoreResolvConf(options);
    expect(await content(target)).toBe(ORIGINAL);
    expect(await readlink(options.path)).toBe('../run/resolv.conf');
  });

  test('a link that dangles dangles again; one into a missing directory is refused', async () => {
    await symlink('../resolv.conf', options.path);
    await applyToResolvConf(options);
    expect(await content(join(directory, 'resolv.conf'))).toBe(applied(''));
    await restoreResolvConf(options);
    await expect(stat(options.path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await lstat(options.path)).isSymbolicLink()).toBe(true);

    await rm(options.path);
    await symlink('../run/resolv.conf', options.path);
    await expect(applyToResolvConf(options)).rejects.toSatisfy((error) => isRefusal(error, 'DIRECTORY_READ_ONLY'));
    await expect(stat(savedFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('something that is no file, or far too large, is left alone', async () => {
    await mkdir(options.path);
    await expect(applyToResolvConf(options)).rejects.toSatisfy((error) => isRefusal(error, 'STATE_CORRUPT'));
    await rm(options.path, { recursive: true });
    await writeFile(options.path, '#'.repeat(LIMITS.RESOLV_CONF_MAX_BYTES.value + 1));
    await expect(applyToResolvConf(options)).rejects.toSatisfy((error) => isRefusal(error, 'STATE_CORRUPT'));
  });

  test('applied twice with another suffix, restored once', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    const renamed = { ...options, ours: { ...OURS, suffix: 'fabrikam.causeway.internal' } };
    await applyToResolvConf(renamed);
    expect(await content()).toBe(addOurs(ORIGINAL, renamed.ours, null).text);
    await restoreResolvConf(options);
    expect(await content()).toBe(ORIGINAL);
  });
});

describe('crashes', () => {
  test('killed while applied: applied again and restored gives the original', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    await applyToResolvConf(options);
    expect(await content()).toBe(applied(ORIGINAL));
    await restoreResolvConf(options);
    expect(await content()).toBe(ORIGINAL);
  });

  test('killed between saving and writing', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    await writeFile(options.path, ORIGINAL);
    await writeFile(`${options.path}.causeway-new`, applied(ORIGINAL).slice(0, 30));
    expect(await restoreResolvConf(options)).toBe(false);
    expect(await content()).toBe(ORIGINAL);
    expect(await readdir(join(directory, 'etc'))).toEqual(['resolv.conf']);
  });

  test('killed between saving another suffix and writing it', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    const before = await content();
    await applyToResolvConf({ ...options, ours: { ...OURS, suffix: 'fabrikam.causeway.internal' } });
    await writeFile(options.path, before);
    await restoreResolvConf(options);
    expect(await content()).toBe(ORIGINAL);
  });

  test('killed while the original was put back in place, its tail not yet cut off', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    await writeFile(options.path, ORIGINAL + applied(ORIGINAL).slice(ORIGINAL.length));
    await restoreResolvConf(options);
    expect(await content()).toBe(ORIGINAL);
  });

  test.each([
    ['lost', () => rm(savedFile())],
    ['damaged', () => writeFile(savedFile(), '{"version":1')],
    ['of another shape', () => writeFile(savedFile(), '{"version":7}')],
  ])('the record is %s: our own text is still never taken for the original', async (_, damage) => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    await damage();
    await applyToResolvConf(options);
    expect(await content()).toBe(applied(ORIGINAL));
    await damage();
    await restoreResolvConf(options);
    expect(await content()).toBe(ORIGINAL);
  });

  test('a reboot that made the linked file anew', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    await writeFile(options.path, 'nameserver 192.0.2.99\n');
    await applyToResolvConf(options);
    await restoreResolvConf(options);
    expect(await content()).toBe('nameserver 192.0.2.99\n');
  });
});

describe('other programs', () => {
  test('one that rewrote the file keeps its text, less a line of ours that it copied', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    await writeFile(options.path, 'nameserver 127.67.87.53\nnameserver 192.0.2.9\n');
    await restoreResolvConf(options);
    expect(await content()).toBe('nameserver 192.0.2.9\n');
  });

  test('a person who added a line keeps it, and our lines go', async () => {
    await writeFile(options.path, 'nameserver 192.0.2.1\n');
    await applyToResolvConf(options);
    await writeFile(options.path, `${await content()}options edns0\n`);
    await restoreResolvConf(options);
    expect(await content()).toBe('nameserver 192.0.2.1\noptions edns0\n');
  });

  test('one that removed the file finds it removed', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    await rm(options.path);
    expect(await restoreResolvConf(options)).toBe(false);
    await expect(stat(options.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('one that made a link of the file: both files are what they should be', async () => {
    await writeFile(options.path, ORIGINAL);
    await applyToResolvConf(options);
    const kept = join(directory, 'etc/resolv.conf.kept');
    await rename(options.path, kept);
    await writeFile(join(directory, 'managed'), 'nameserver 192.0.2.9\n');
    await symlink('../managed', options.path);
    await applyToResolvConf(options);
    await restoreResolvConf(options);
    expect(await content(join(directory, 'managed'))).toBe('nameserver 192.0.2.9\n');
    expect((await lstat(options.path)).isSymbolicLink()).toBe(true);
  });
});
