/**
 * A relay server on loopback with a made-up company in it (lab/population), and the company's machines as
 * far as their control connections: real keys, real TLS, nothing else of an agent.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { fill, keysOf } from '#lab/population/fill.ts';
import type { Size } from '#lab/population/organisation.ts';
import type { machine } from '#protocol/rest/machines.ts';
import { LoopbackConnection } from '#relay-server/loopback-machine.fixture.ts';

export type Machine = Pick<z.infer<typeof machine>, 'id' | 'name' | 'group' | 'disabled' | 'os' | 'agentVersion'>;

/** Where it is, and who may sign in. */
export const SUBSCRIPTION = 'contoso';
export const OWNER = { name: 'owner', password: 'tidewater-lantern-42' } as const;
export const SEED = 'bench';
/** Fewer than UNAUTHENTICATED_PER_ADDRESS. */
const AT_ONCE = 32;

export class Company implements AsyncDisposable {
  readonly url: string;
  /** Milliseconds from the start of the process until it listened. */
  readonly startMs: number;
  readonly #directory: string;
  readonly #server: ChildProcess;

  private constructor(directory: string, server: ChildProcess, url: string, startMs: number) {
    this.#directory = directory;
    this.#server = server;
    this.url = url;
    this.startMs = startMs;
  }

  /** @param bundle of the relay server */
  static async start(size: Size, bundle: string): Promise<Company> {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-bench-company-'));
    await fill({
      dataDirectory: directory,
      size,
      subscription: SUBSCRIPTION,
      owner: OWNER,
      seed: SEED,
      now: Date.now(),
    });
    const from = performance.now();
    const options = ['--data', directory, '--listen', '127.0.0.1:0', '--json', '--log-level', 'warn'];
    const server = spawn(process.execPath, [bundle, 'serve', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
      const said: { event: string; url: string } = JSON.parse(line);
      if (said.event === 'listening') return new Company(directory, server, said.url, performance.now() - from);
    }
    throw new Error('the relay server ended before it listened');
  }

  get pid(): number {
    return this.#server.pid ?? 0;
  }

  /** Opens the control connection of each, in their order. */
  async connect(machines: readonly Machine[]): Promise<LoopbackConnection[]> {
    const connections: LoopbackConnection[] = [];
    for (let at = 0; at < machines.length; at += AT_ONCE) {
      const some = machines.slice(at, at + AT_ONCE).map(async ({ id, name, os, agentVersion }) => {
        const connection = await LoopbackConnection.open(this.url);
        const shown = connection.authentication(id, keysOf(SEED, name));
        await connection.request('authenticate', { ...shown, os, agentVersion });
        return connection;
      });
      connections.push(...(await Promise.all(some)));
    }
    return connections;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await ended;
    await rm(this.#directory, { recursive: true, force: true });
  }
}
