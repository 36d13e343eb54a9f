/**
 * Causeway's parts on the lab's hosts, started as their users start them: from the bundles, by their
 * commands. Knows the commands' options and output, and nothing of what they do inside.
 */
import { type Bundles, bundle } from '#build/bundle.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { Administrator, type Server } from './administrator.ts';
import type { Host, Program, RunOptions, RunResult } from './hosts/host.ts';
import type { Lab } from './hosts/lab.ts';

export const RELAY_DATA = '/var/lib/causeway-relay';
export const RELAY_PORT = 443;
/** As machines know it: the name is looked up by their site's DNS server. */
const RELAY_URL = 'https://relay.lab';

export interface RoleRun extends Pick<RunOptions, 'environment'> {
  /** Of its log. */
  readonly label?: string;
}

export interface AgentStart extends Pick<RunOptions, 'environment'> {
  /** Further options of `causeway agent`. */
  readonly options?: readonly string[];
}

export class Causeway {
  readonly #bundles: Bundles;
  readonly #relayHost: Host;
  #relay: Program;
  readonly #agents = new Map<string, AgentOnHost>();

  private constructor(bundles: Bundles, relayHost: Host, relay: Program) {
    this.#bundles = bundles;
    this.#relayHost = relayHost;
    this.#relay = relay;
  }

  /**
   * Builds the bundles, starts the relay server on a host, and becomes its first administrator.
   * @param subscription name of the subscription to make
   * @param serveOptions further options of `causeway-relay serve`
   */
  static async start(
    relayHost: Host,
    subscription: string,
    serveOptions: readonly string[] = [],
  ): Promise<{ causeway: Causeway; administrator: Administrator }> {
    const { causeway, server, secret } = await Causeway.firstStart(relayHost, serveOptions);
    return { causeway, administrator: await Administrator.claim(server, secret, subscription) };
  }

  /** Builds the bundles and starts the relay server on a host, as it is before anybody has used its link. */
  static async firstStart(
    relayHost: Host,
    serveOptions: readonly string[] = [],
  ): Promise<{ causeway: Causeway; server: Server; secret: string; link: string }> {
    const bundles = await bundle();
    const relay = launchRelay(bundles, relayHost, serveOptions);
    const listening = await waitForEvent(relay, 'listening');
    const { secret, link } = await waitForEvent(relay, 'first-secret');
    const server: Server = { url: `https://${relayHost.address}:${RELAY_PORT}`, pin: String(listening.pin) };
    return { causeway: new Causeway(bundles, relayHost, relay), server, secret: String(secret), link: String(link) };
  }

  /** The `causeway` command as words, for hosts on which it is more than a word to the agent. */
  get command(): readonly string[] {
    return [process.execPath, this.#bundles.agent];
  }

  get relay(): Program {
    return this.#relay;
  }

  /** Runs a command of `causeway-relay` beside the server, on its data. */
  async relayCommand(command: readonly string[]): Promise<RunResult> {
    return this.#relayHost.run([process.execPath, this.#bundles.relay, ...command, '--data', RELAY_DATA]);
  }

  /** The relay as a crash leaves it. */
  async killRelay(): Promise<void> {
    await this.#relay.end('SIGKILL');
  }

  async restartRelay(serveOptions: readonly string[] = []): Promise<void> {
    this.#relay = launchRelay(this.#bundles, this.#relayHost, serveOptions);
    await waitForEvent(this.#relay, 'listening');
  }

  /** Starts the agent on a host and activates it under the host's name. */
  async activate(host: Host, token: string): Promise<AgentOnHost> {
    const agent = await this.startAgent(host);
    await agent.must('up', '--token', token, '--name', host.name);
    return agent;
  }

  /** Starts the agent's daemon; with an earlier activation it connects by itself. */
  async startAgent(host: Host, start: AgentStart = {}): Promise<AgentOnHost> {
    const agent = new AgentOnHost(host, this.#bundles.agent, start);
    this.#agents.set(host.name, agent);
    await agent.start();
    return agent;
  }

  /**
   * Starts `causeway role` on a host, with a command of its own.
   * @param options of `causeway role`
   */
  startRole(host: Host, options: readonly string[], command: readonly string[], run: RoleRun = {}): Program {
    const words = ['role', ...options, '--', ...command];
    return host.spawn(run.label ?? 'role', [process.execPath, this.#bundles.agent, ...words], run);
  }

  /** @throws Error for a host on which no agent was started */
  agent(name: string): AgentOnHost {
    const agent = this.#agents.get(name);
    if (agent === undefined) throw new Error(`no agent was started on ${name}`);
    return agent;
  }
}

export class AgentOnHost {
  readonly host: Host;
  readonly #bundle: string;
  #program: Program | null = null;
  #start: AgentStart;

  constructor(host: Host, bundlePath: string, start: AgentStart) {
    this.host = host;
    this.#bundle = bundlePath;
    this.#start = start;
  }

  get program(): Program {
    if (this.#program === null) throw new Error(`the agent of ${this.host.name} was not started`);
    return this.#program;
  }

  /** Returns once its local API answers. */
  async start(): Promise<void> {
    await this.#installCommand();
    const { environment, options = [] } = this.#start;
    const command = [process.execPath, this.#bundle, 'agent', ...options];
    this.#program = this.host.spawn('agent', command, environment === undefined ? {} : { environment });
    await until(
      async () => (await this.causeway(['status', '--json'])).code === 0 || !this.program.running,
      60_000,
      () => `the agent of ${this.host.name} does not answer\n${this.program.tail()}`,
    );
    if (!this.program.running) throw new Error(`the agent of ${this.host.name} ended\n${this.program.tail()}`);
  }

  /** So that people and programs on the host can type `causeway`. */
  async #installCommand(): Promise<void> {
    await this.host.write('/run/bin/causeway', `#!/bin/sh\nexec '${process.execPath}' '${this.#bundle}' "$@"\n`);
    await this.host.must(['chmod', '755', '/run/bin/causeway']);
  }

  /** Stops it, and starts it with other options. */
  async restart(start: AgentStart): Promise<void> {
    await this.stop();
    this.#start = start;
    await this.start();
  }

  /** The agent as a crash leaves it. */
  async kill(): Promise<void> {
    await this.program.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.program.end('SIGTERM');
  }

  /** Runs the `causeway` command on the host. */
  async causeway(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.host.run([process.execPath, this.#bundle, ...command], options);
  }

  /** @throws Error with what the command and the agent printed, when it fails */
  async must(...command: string[]): Promise<string> {
    const result = await this.causeway(command);
    if (result.code === 0) return result.stdout.trim();
    const said = `${result.stdout}${result.stderr}`.trim();
    throw new Error(
      `${this.host.name}: causeway ${command[0]} ended with ${result.code}\n${said}\n--- agent\n${this.program.tail()}`,
    );
  }

  async status(): Promise<AgentStatus> {
    return JSON.parse(await this.must('status', '--json')) as AgentStatus;
  }

  /** Waits until every part is proven. @returns the status then */
  async connected(timeoutMs = 20_000): Promise<AgentStatus> {
    let last = await this.status();
    await until(
      async () => {
        last = await this.status();
        return last.summary === 'connected';
      },
      timeoutMs,
      () => `the agent of ${this.host.name} is ${last.summary}\n${JSON.stringify(last.parts, null, 2)}`,
    );
    return last;
  }

  /** Its machine's overlay addresses. */
  async addresses(): Promise<{ ipv4: string; ipv6: string }> {
    const { machine } = await this.status();
    if (machine === null) throw new Error(`${this.host.name} is not activated`);
    return { ipv4: machine.ipv4, ipv6: machine.ipv6 };
  }
}

/**
 * Asks until the answer is yes.
 * @throws Error with `complaint` when the time is over
 */
export async function until(ask: () => Promise<boolean>, timeoutMs: number, complaint: () => string): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`${complaint()} (waited ${timeoutMs} ms)`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The log of everything on the lab's hosts that is long-lived, its last lines, for a failed step. */
export function logTails(lab: Lab): string {
  const programs = lab.hosts.flatMap((host) => host.programs).filter((program) => program.output !== '');
  return programs.map((program) => `--- ${program.label} (${program.log})\n${program.tail()}`).join('\n');
}

function launchRelay(bundles: Bundles, host: Host, more: readonly string[] = []): Program {
  const options = ['--listen', `0.0.0.0:${RELAY_PORT}`, '--data', RELAY_DATA, '--url', RELAY_URL, '--json'];
  return host.spawn('relay', [process.execPath, bundles.relay, 'serve', ...options, ...more]);
}

/** Waits for a line of JSON with that `event`. */
async function waitForEvent(program: Program, event: string): Promise<Record<string, unknown>> {
  const [line] = await program.prints(new RegExp(`^.*"event":"${event}".*$`, 'm'));
  return JSON.parse(line) as Record<string, unknown>;
}
