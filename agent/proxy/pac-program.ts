/**
 * The thread in which one proxy auto-configuration file is asked about one server: JavaScript in a QuickJS of its
 * own (WebAssembly), which has nothing of ours but the functions that such files know. A program.
 */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createPacResolver } from 'pac-resolver';
import { QuickJS } from 'quickjs-wasi';
import type { PacQuestion, PacVerdict } from './pac.ts';

const tell = (verdict: PacVerdict) => parentPort?.postMessage(verdict);
try {
  tell({ answer: await ask(workerData as PacQuestion) });
} catch (error) {
  tell({ fault: `it fails: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}` });
}

async function ask({ file, server, memoryBytes, milliseconds }: PacQuestion): Promise<string> {
  const until = Date.now() + milliseconds;
  const engine = await QuickJS.create({
    wasm: await readFile(await moduleFile()),
    memoryLimit: memoryBytes,
    interruptHandler: () => Date.now() > until,
  });
  // The library would find our address by asking a public name server.
  const myIpAddress = async () => firstAddress();
  const find = createPacResolver(engine, file, { sandbox: { myIpAddress, alert: () => undefined } });
  return String(await find(server));
}

/** Bundled, the module lies beside this program; else it is in its package. */
async function moduleFile(): Promise<URL> {
  const beside = new URL('./quickjs.wasm', import.meta.url);
  return readFile(beside).then(
    () => beside,
    () => new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm')),
  );
}

function firstAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}
