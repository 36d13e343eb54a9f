/**
 * Proxy auto-configuration: fetches the file and has it run apart (pac-program.ts), in a thread that is ended when
 * its time is over. The file comes from the network, often unencrypted, and may be anybody's.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { connectionCause } from '../connection/cause.ts';

/** What the thread is given, and what it gives back. */
export interface PacQuestion {
  readonly file: string;
  readonly server: string;
  readonly memoryBytes: number;
  readonly milliseconds: number;
}
export type PacVerdict = { readonly answer: string } | { readonly fault: string };

/** Bundled, it is beside us; else it is the source. */
const BUNDLED = new URL('./causeway-pac.js', import.meta.url);
const SOURCE = new URL('./pac-program.ts', import.meta.url);

/** What was fetched last, by address: the server of the file may be away for a moment. */
const lastGood = new Map<string, string>();

/** @throws CausewayError PAC_UNUSABLE, or the signal's reason */
export async function pacAnswer(url: string, server: string, signal: AbortSignal): Promise<string> {
  const verdict = await runApart({
    file: await fileOf(url, signal),
    server,
    memoryBytes: LIMITS.PAC_MEMORY_MAX_BYTES.value,
    milliseconds: LIMITS.PAC_TIMEOUT_MS.value,
  });
  signal.throwIfAborted();
  if ('answer' in verdict) return verdict.answer;
  throw new CausewayError('PAC_UNUSABLE', { pac: url, cause: verdict.fault });
}

async function fileOf(url: string, signal: AbortSignal): Promise<string> {
  const timeout = AbortSignal.timeout(LIMITS.PAC_TIMEOUT_MS.value);
  try {
    const text = await read(url, AbortSignal.any([signal, timeout]));
    lastGood.set(url, text);
    return text;
  } catch (error) {
    signal.throwIfAborted();
    const known = lastGood.get(url);
    if (known !== undefined) return known;
    const cause = error === timeout.reason ? 'it does not arrive in time' : causeOf(error);
    throw new CausewayError('PAC_UNUSABLE', { pac: url, cause }, { cause: error });
  }
}

async function read(url: string, signal: AbortSignal): Promise<string> {
  const most = LIMITS.PAC_MAX_BYTES.value;
  const tooLong = () => new Error(`it is longer than ${most} bytes`);
  if (url.startsWith('file:')) {
    const content = await readFile(fileURLToPath(url), { signal });
    if (content.length > most) throw tooLong();
    return content.toString();
  }
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the answer is HTTP status ${response.status}`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > most) throw tooLong();
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function runApart(question: PacQuestion): Promise<PacVerdict> {
  const { promise, resolve } = Promise.withResolvers<PacVerdict>();
  const worker = new Worker(existsSync(BUNDLED) ? BUNDLED : SOURCE, {
    workerData: question,
    stdout: true,
    stderr: true,
  });
  // Starting the thread takes some tenths of a second of a busy processor; that is not the file's fault.
  const timer = setTimeout(() => resolve({ fault: 'it does not come to an end' }), question.milliseconds + 2_000);
  worker.once('message', (verdict: PacVerdict) => resolve(verdict));
  worker.once('error', (error) => resolve({ fault: error instanceof Error ? error.message : String(error) }));
  worker.once('exit', () => resolve({ fault: 'what ran it ended' }));
  return promise.finally(() => {
    clearTimeout(timer);
    void worker.terminate();
  });
}

/** What `fetch` says is wrong is in the cause. */
function causeOf(error: unknown): string {
  return connectionCause(error instanceof TypeError && error.cause !== undefined ? error.cause : error);
}
