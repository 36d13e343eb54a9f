/**
 * Packs what a Linux computer needs to run the agent, for this machine's architecture:
 *
 *     npm run package:agent      → dist/downloads/causeway-agent-linux-<x64|arm64>.tar.gz
 *
 * All of it is in one directory, `causeway/`; what there is says agent-files.ts.
 *
 * The same contents make the same bytes. What is there already is left as it is when its contents would
 * be the same, for packing takes a quarter of a minute.
 */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { type AgentFilesOptions, agentFiles } from './agent-files.ts';
import { bundle } from './bundle.ts';
import { packedOnce } from './installers/packed-once.ts';
import { ROOT } from './portal-config.ts';
import { tarOf } from './tar.ts';

export interface ArchiveOptions extends AgentFilesOptions {
  /** Absolute path; by default among the downloads. */
  readonly file?: string;
  /** Of gzip; the most by default. */
  readonly level?: number;
}

/** @returns absolute path of the archive. @throws Error on another system than Linux, or when koffi has no native module */
export async function packageAgent({
  file = join(ROOT, 'dist/downloads', `causeway-agent-linux-${process.arch}.tar.gz`),
  level = 9,
  ...options
}: ArchiveOptions = {}): Promise<string> {
  if (process.platform !== 'linux') throw new Error('the agent package is for Linux, and is packed there');
  const { agent } = await bundle();
  const entries = (await agentFiles(agent, options)).map((entry) => ({ ...entry, path: `causeway/${entry.path}` }));
  return packedOnce({
    file,
    notes: join(ROOT, 'dist'),
    from: [String(level), ...entries.flatMap(({ path, mode, content }) => [`${path} ${mode}`, content])],
    make: (path) => pipeline(Readable.from(tarOf(entries)), createGzip({ level }), createWriteStream(path)),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await packageAgent()}\n`);
