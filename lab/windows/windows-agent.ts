/**
 * The agent on a Windows computer of the lab, as its users have it: the command, typed there.
 */
import type { AgentStatus } from '#protocol/status.ts';
import { until } from '../causeway.ts';
import type { Host, Program } from '../hosts/host.ts';
import type { WindowsComputer } from './windows-computer.ts';

/** Where the agent's DNS server is found: Wine binds a socket that is meant for 127.67.87.53 to every address. */
const RESOLV_CONF = 'nameserver 127.0.0.1\nnameserver 192.168.1.1\nsearch contoso.causeway.internal\n';

export class WindowsAgent {
  readonly #computer: WindowsComputer;
  #program: Program | undefined;

  constructor(computer: WindowsComputer) {
    this.#computer = computer;
  }

  get host(): Host {
    return this.#computer.host;
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error('the agent was not started');
    return this.#program;
  }

  /** Starts `causeway agent`; returns once it is ready. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    // What Windows does by the agent's rule in its registry, Wine leaves to the C library of Linux.
    await this.host.write('/etc/resolv.conf', RESOLV_CONF);
    this.#program = this.#computer.spawn('agent', this.#computer.node('causeway.js', 'agent'), environment);
    await this.#program.prints(/agent is ready/, 90_000);
  }

  /** The agent as a crash leaves it. */
  async kill(): Promise<void> {
    await this.program.end('SIGKILL');
  }

  /** @returns what the command printed */
  must(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.#computer.must(this.#computer.node('causeway.js', ...words), { environment });
  }

  /** Activates it by a token that is not among the command's words, where other users would see it. */
  async activate(token: string): Promise<void> {
    const environment = { CAUSEWAY_ACTIVATION_TOKEN: token };
    await this.must(['up', '--name', this.host.name, '--timeout', '60', '--json'], environment);
  }

  async status(): Promise<AgentStatus> {
    return JSON.parse(await this.must(['status', '--json'])) as AgentStatus;
  }

  /** Waits until a part is in that state. @returns the status then */
  waitFor(part: keyof AgentStatus['parts'], state: string, timeoutMs = 60_000): Promise<AgentStatus> {
    return this.statusOnce(({ parts }) => parts[part].state === state, timeoutMs, part);
  }

  /** Waits until the status is so. @param about named when it does not come to that */
  async statusOnce(
    isSo: (status: AgentStatus) => boolean,
    timeoutMs: number,
    about: keyof AgentStatus['parts'] = 'adapter',
  ): Promise<AgentStatus> {
    let last = await this.status();
    const complaint = () => `${about} of ${this.host.name} is: ${JSON.stringify(last.parts[about])}`;
    await until(
      async () => {
        last = await this.status();
        return isSo(last);
      },
      timeoutMs,
      complaint,
    );
    return last;
  }
}
