/**
 * A relay server and agents in this process, over real TLS on loopback and in-memory adapters: what can
 * be tested without namespaces is tested on this.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Engine } from '#agent/engine/engine.ts';
import type { TimeSource } from '#agent/server-clock.ts';
import { adapterPacket } from '#native/offload-header.ts';
import { buildUdp } from '#native/packet-builders.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { createServer, type RunningServer, type ServerOptions } from '#relay-server/server.ts';
import { Administrator } from '../administrator.ts';
import { MemoryHost } from './memory-host.ts';

export class InProcessNetwork implements AsyncDisposable {
  readonly directory: string;
  readonly server: RunningServer;
  readonly administrator: Administrator;
  readonly #agents: InProcessAgent[] = [];

  static async start(options: Partial<ServerOptions> = {}): Promise<InProcessNetwork> {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-in-process-'));
    const server = await createServer({
      listen: { host: '127.0.0.1', port: 0 },
      dataDirectory: join(directory, 'relay'),
      logger: pino({ level: 'silent' }),
      ...options,
    });
    const url = `https://127.0.0.1:${server.address.port}`;
    const administrator = await Administrator.claim({ url, pin: server.pin }, server.firstSecret ?? '', 'contoso');
    return new InProcessNetwork(directory, server, administrator);
  }

  /** The same data on the same address, as after an update. The caller closes it. */
  restartServer(): Promise<RunningServer> {
    return createServer({
      listen: this.server.address,
      dataDirectory: join(this.directory, 'relay'),
      logger: pino({ level: 'silent' }),
    });
  }

  private constructor(directory: string, server: RunningServer, administrator: Administrator) {
    this.directory = directory;
    this.server = server;
    this.administrator = administrator;
  }

  /** An agent that is not activated yet. */
  async agent(name: string, time?: TimeSource): Promise<InProcessAgent> {
    const agent = await InProcessAgent.start(name, join(this.directory, name), time);
    this.#agents.push(agent);
    return agent;
  }

  /** An agent that is up; joins the side of the token. */
  async member(name: string, token: string): Promise<InProcessAgent> {
    const agent = await this.agent(name);
    await agent.up(token);
    return agent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents) await agent.engine[Symbol.asyncDispose]();
    await this.server.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class InProcessAgent {
  readonly name: string;
  readonly host = new MemoryHost();
  readonly engine: Engine;
  /** What the agent logged. */
  readonly logged: { message: string; details: Record<string, unknown> }[];

  static async start(name: string, stateDirectory: string, time?: TimeSource): Promise<InProcessAgent> {
    const host = new MemoryHost();
    const logged: InProcessAgent['logged'] = [];
    const engine = await Engine.start({
      stateDirectory,
      host,
      ...(time === undefined ? {} : { time }),
      log: (message, details) => logged.push({ message, details }),
    });
    return new InProcessAgent(name, host, engine, logged);
  }

  private constructor(name: string, host: MemoryHost, engine: Engine, logged: InProcessAgent['logged']) {
    this.name = name;
    this.host = host;
    this.engine = engine;
    this.logged = logged;
  }

  up(token?: string): Promise<AgentStatus> {
    return this.engine.up({ token, name: this.name, timeoutMs: 10_000 });
  }

  /** A datagram from this machine's programs to an overlay address. */
  send(to: string, payload: string): void {
    const self = this.host.self;
    if (self === undefined) throw new Error(`${this.name} is not up`);
    const from = to.includes(':') ? self.ipv6 : self.ipv4;
    this.host.os?.send(adapterPacket(buildUdp({ from, to, fromPort: 4000, toPort: 4000 }, Buffer.from(payload))));
  }

  /** What this machine's programs received since the last call, as text. */
  received(): string[] {
    return (this.host.os?.takeReceived() ?? []).map((packet) => Buffer.from(packet).toString('latin1'));
  }
}

/** Waits until `holds`, looking every few milliseconds; the test's own time-out is the limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
