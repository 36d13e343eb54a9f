import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ResolverFiles, restoreResolverFiles, setUpResolverFiles } from './resolver-files.ts';

let root: string;
let files: ResolverFiles & { readonly directory: string };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'causeway-resolver-'));
  files = { stateDirectory: join(root, 'state'), directory: join(root, 'resolver') };
  await mkdir(files.stateDirectory);
});
afterEach(() => rm(root, { recursive: true }));

const NAMES = {
  suffix: 'contoso.causeway.internal',
  routedDomains: ['64.100.in-addr.arpa', 'corp.example'],
  server: { address: '127.0.0.1', port: 50_053 },
};
const at = (name: string) => join(files.directory, name);
const read = (name: string) => readFile(at(name), 'utf8');
/** All files below, as text. */
async function everything(): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return Object.fromEntries(paths.map((path, i) => [path.slice(root.length), texts[i] as string]));
}

test('each domain has a file that names the server and its port, and one has the search list', async () => {
  const before = process.umask(0o077);
  await setUpResolverFiles(files, NAMES).finally(() => process.umask(before));
  expect((await stat(files.directory)).mode & 0o777).toBe(0o755);
  expect((await readdir(files.directory)).sort()).toEqual([
    '64.100.in-addr.arpa',
    'contoso.causeway.internal',
    'corp.example',
    'search.causeway',
  ]);
  const [first = '', ...lines] = (await read('corp.example')).split('\n');
  expect(first).toMatch(/^# Causeway/);
  expect(lines).toEqual(['nameserver 127.0.0.1', 'port 50053', '']);
  expect((await read('search.causeway')).split('\n').slice(1)).toEqual(['search contoso.causeway.internal', '']);
  expect((await stat(at('corp.example'))).mode & 0o777).toBe(0o644);
});

test('afterwards there is nothing, and no directory that was not there', async () => {
  await setUpResolverFiles(files, NAMES);
  expect(await restoreResolverFiles(files)).toBe(true);
  expect(await readdir(root)).toEqual(['state']);
  expect(await everything()).toEqual({});
  expect(await restoreResolverFiles(files)).toBe(false);
});

test('files of others stay, and the one in our place comes back as it was, also after a crash', async () => {
  await mkdir(files.directory);
  await writeFile(join(root, 'theirs'), 'nameserver 10.0.0.2\n');
  await symlink(join(root, 'theirs'), at('corp.example'));
  await writeFile(at('test'), 'nameserver 127.0.0.1\nport 5300\n');
  const before = await everything();
  await setUpResolverFiles(files, NAMES);
  expect(await read('corp.example')).toContain('50053');
  // A second start, as after a crash, with other domains.
  await setUpResolverFiles(files, { ...NAMES, routedDomains: ['other.example'] });
  expect(await read('corp.example')).toBe('nameserver 10.0.0.2\n');
  await setUpResolverFiles(files, NAMES);
  await restoreResolverFiles(files);
  expect(await everything()).toEqual(before);
  expect((await lstat(at('corp.example'))).isSymbolicLink()).toBe(true);
  expect(await read('test')).toContain('5300');
});

test('a file that somebody put in our place meanwhile is theirs', async () => {
  await mkdir(files.directory);
  await writeFile(at('corp.example'), 'old\n');
  await setUpResolverFiles(files, NAMES);
  await writeFile(at('corp.example'), 'new\n');
  await restoreResolverFiles(files);
  expect(await readdir(files.directory)).toEqual(['corp.example']);
  expect(await read('corp.example')).toBe('new\n');
});

test('killed between setting aside and writing, the file comes back', async () => {
  await mkdir(join(files.stateDirectory, 'resolver-files'), { recursive: true });
  await mkdir(files.directory);
  await writeFile(join(files.stateDirectory, 'resolver-files/corp.example'), 'old\n');
  expect(await restoreResolverFiles(files)).toBe(true);
  expect(await read('corp.example')).toBe('old\n');
});

test.each(['../evil', 'a/b', '', '.hidden', 'a..b'])(
  '"%s" is no domain, and nothing is left of the others',
  async (domain) => {
    await expect(
      setUpResolverFiles(files, { ...NAMES, routedDomains: ['corp.example', domain] }),
    ).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(await readdir(root)).toEqual(['state']);
  },
);

test('a directory in the place of a file is refused, and what was made is taken away', async () => {
  await mkdir(at('corp.example'), { recursive: true });
  await expect(setUpResolverFiles(files, NAMES)).rejects.toThrow();
  expect(await readdir(files.directory)).toEqual(['corp.example']);
});
