/**
 * Has macOS ask the agent for the subscription's names and for no others: a file in /etc/resolver for each domain
 * (resolver(5)), which the system reads as it comes and goes. Bare names are found by one more file that has nothing
 * but a search list; its name is no domain that anybody asks for.
 *
 * Ours are known by their first line, so that those of a killed agent are found. A file of somebody else's in the
 * place of ours is moved into the state directory, and back; one that comes into its place meanwhile is left alone.
 */
import { chmod, mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { codeOf, ensurePrivateDirectory, fileSystemRefusal, writeDurably } from '#runtime/durable-file.ts';

export const RESOLVER_DIRECTORY = '/etc/resolver';
const FIRST_LINE = '# Causeway made this file, and takes it away when it stops.';
const SEARCH_FILE = 'search.causeway';
/** In the state directory: files of others, and the sign that the resolver directory is ours to remove. */
const [SET_ASIDE, DIRECTORY_MADE] = ['resolver-files', 'resolver-directory-made'] as const;
/** Every user's programs read them. */
const [READABLE, ENTERED] = [0o644, 0o755];

export interface ResolverFiles {
  readonly stateDirectory: string;
  /** /etc/resolver, but in tests. */
  readonly directory?: string;
}

export interface ResolverNames {
  /** Searched for bare names, and asked of the server. */
  readonly suffix: string;
  readonly routedDomains: readonly string[];
  readonly server: { readonly address: string; readonly port: number };
}

/**
 * Undoes first what a killed agent may have left. All or nothing.
 * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL, and USAGE for a domain that can be no file's name
 */
export async function setUpResolverFiles(files: ResolverFiles, names: ResolverNames): Promise<void> {
  await restoreResolverFiles(files);
  const { suffix, routedDomains, server } = names;
  const asked = `${FIRST_LINE}\nnameserver ${server.address}\nport ${server.port}\n`;
  const contents = new Map([suffix, ...routedDomains].map((domain) => [fileNameOf(domain), asked]));
  contents.set(SEARCH_FILE, `${FIRST_LINE}\nsearch ${suffix}\n`);
  try {
    await makeDirectory(files);
    for (const [name, content] of contents) await putFile(files, name, content);
  } catch (error) {
    await restoreResolverFiles(files);
    throw error;
  }
}

/**
 * Nothing there is well.
 * @returns whether anything had to be undone
 * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL
 */
export async function restoreResolverFiles(files: ResolverFiles): Promise<boolean> {
  const { directory = RESOLVER_DIRECTORY, stateDirectory } = files;
  let undone = false;
  try {
    for (const name of await namesIn(directory)) {
      if (!(await isOurs(join(directory, name)))) continue;
      await rm(join(directory, name));
      undone = true;
    }
    for (const name of await namesIn(join(stateDirectory, SET_ASIDE))) {
      const [aside, place] = [join(stateDirectory, SET_ASIDE, name), join(directory, name)];
      // Somebody has made another since: theirs is the newer will.
      if ((await readIfFile(place)) === undefined) await rename(aside, place);
      else await rm(aside);
      undone = true;
    }
    await removeDirectory(files);
    return undone;
  } catch (error) {
    throw fileSystemRefusal(error, join(directory, SEARCH_FILE));
  }
}

async function putFile(
  { directory = RESOLVER_DIRECTORY, stateDirectory }: ResolverFiles,
  name: string,
  content: string,
): Promise<void> {
  const path = join(directory, name);
  if ((await readIfFile(path)) !== undefined) {
    await ensurePrivateDirectory(join(stateDirectory, SET_ASIDE));
    await rename(path, join(stateDirectory, SET_ASIDE, name)).catch((error: unknown) => {
      throw fileSystemRefusal(error, path);
    });
  }
  await writeDurably(path, content, READABLE);
}

async function makeDirectory({ directory = RESOLVER_DIRECTORY, stateDirectory }: ResolverFiles): Promise<void> {
  try {
    if ((await mkdir(directory, { recursive: true })) === undefined) return;
    // Whatever mask the agent makes files with.
    await chmod(directory, ENTERED);
  } catch (error) {
    throw fileSystemRefusal(error, join(directory, SEARCH_FILE));
  }
  await writeDurably(join(stateDirectory, DIRECTORY_MADE), '', 0o600);
}

/** Only one that we have made, and only when nothing of anybody's is in it. */
async function removeDirectory({ directory = RESOLVER_DIRECTORY, stateDirectory }: ResolverFiles): Promise<void> {
  const sign = join(stateDirectory, DIRECTORY_MADE);
  if ((await readIfFile(sign)) === undefined) return;
  await rmdir(directory).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
  });
  await rm(sign);
}

async function isOurs(path: string): Promise<boolean> {
  return (await readIfFile(path))?.startsWith(FIRST_LINE) ?? false;
}

/** Undefined where there is none, or a directory. */
async function readIfFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function fileNameOf(domain: string): string {
  if (/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(domain)) return domain;
  throw new CausewayError('USAGE', { issue: `"${domain}" is no domain.` });
}
