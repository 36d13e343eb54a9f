/**
 * The suite's side of the processes of synthetic agents: starts them, shares the work, adds up the answers.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { usageOf } from '#lab/hosts/processes.ts';
import type { MachineId } from '#protocol/ids.ts';
import type { PlannedAgent, SwarmAnswer, SwarmAnswers, SwarmOrder } from './orders.ts';

const PROGRAM = fileURLToPath(new URL('./process.ts', import.meta.url));
/**
 * Attempts to connect under way at a time, of each process: enough that the server always has some to work on, few
 * enough that each is through before it is given up, on a computer full of others.
 */
const AT_ONCE = 16;

export type Pair = readonly [MachineId, MachineId];

export class Swarm implements Disposable {
  readonly #processes: readonly ChildProcess[];
  /** Rejects when the process of the same place ends. */
  readonly #ended: readonly Promise<never>[];
  /** Which process has which machine. */
  readonly #homes = new Map<MachineId, number>();

  constructor(processes: number) {
    this.#processes = Array.from({ length: processes }, () =>
      fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
    this.#ended = this.#processes.map((child) => endOf(child));
  }

  /** CPU-seconds of all its processes so far, by the kernel's accounting. */
  get cpuSeconds(): number {
    return usageOf(...this.#processes.map(({ pid }) => pid ?? 0)).cpuSeconds;
  }

  get rssBytes(): number {
    return usageOf(...this.#processes.map(({ pid }) => pid ?? 0)).rssBytes;
  }

  /** @param agents pairs of neighbours (0 and 1, 2 and 3 …) go to the same process */
  async connect(
    host: string,
    port: number,
    seed: string,
    agents: readonly PlannedAgent[],
  ): Promise<SwarmAnswers['connect']> {
    const shares = this.#processes.map((_, home) =>
      agents.filter((agent, index) => {
        const mine = Math.floor(index / 2) % this.#processes.length === home;
        if (mine) this.#homes.set(agent.id, home);
        return mine;
      }),
    );
    const answers = await Promise.all(
      shares.map((share, home) => this.#do(home, { do: 'connect', host, port, seed, agents: share, atOnce: AT_ONCE })),
    );
    return {
      connected: answers.reduce((sum, { connected }) => sum + connected, 0),
      ms: answers.flatMap(({ ms }) => ms),
      failures: answers.flatMap(({ failures }) => failures),
    };
  }

  /** @param perSecond of all together; null for as fast as they come */
  async ask(pairs: readonly Pair[], perSecond: number | null, ms: number): Promise<SwarmAnswers['ask']> {
    const each = perSecond === null ? null : perSecond / this.#processes.length;
    const answers = await this.#shared(pairs, (home, own) =>
      this.#do(home, { do: 'ask', pairs: own, perSecond: each, ms }),
    );
    return { ms: answers.flatMap((answer) => answer.ms), failures: answers.flatMap(({ failures }) => failures) };
  }

  async heard(version: number): Promise<SwarmAnswers['heard']> {
    const answers = await Promise.all(this.#processes.map((_, home) => this.#do(home, { do: 'heard', version })));
    return {
      at: answers.flatMap(({ at }) => at),
      agents: answers.reduce((sum, { agents }) => sum + agents, 0),
      lost: answers.reduce((sum, { lost }) => sum + lost, 0),
    };
  }

  /** @param pairs neighbours of {@link connect}. @param perSecond frames of each pair */
  async talk(pairs: readonly Pair[], perSecond: number, bytes: number, ms: number): Promise<SwarmAnswers['talk']> {
    const answers = await this.#shared(pairs, (home, own) =>
      this.#do(home, { do: 'talk', pairs: own, perSecond, bytes, ms }),
    );
    return {
      sent: answers.reduce((sum, { sent }) => sum + sent, 0),
      ms: answers.flatMap((answer) => answer.ms),
    };
  }

  [Symbol.dispose](): void {
    for (const child of this.#processes) child.kill('SIGKILL');
  }

  #shared<Result>(
    pairs: readonly Pair[],
    act: (home: number, own: readonly Pair[]) => Promise<Result>,
  ): Promise<Result[]> {
    const shares = this.#processes.map((_, home) => pairs.filter(([first]) => this.#homes.get(first) === home));
    return Promise.all(shares.flatMap((own, home) => (own.length === 0 ? [] : [act(home, own)])));
  }

  async #do<Do extends SwarmOrder['do']>(
    home: number,
    order: Extract<SwarmOrder, { do: Do }>,
  ): Promise<SwarmAnswers[Do]> {
    const child = this.#processes[home];
    if (child === undefined) throw new Error('there is no such process');
    const answered = once(child, 'message') as Promise<[SwarmAnswer]>;
    child.send(order);
    const [answer] = await Promise.race([answered, this.#ended[home] ?? answered]);
    if (!answer.ok) throw new Error(answer.why);
    return answer.result as SwarmAnswers[Do];
  }
}

function endOf(child: ChildProcess): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', () => reject(new Error('a process of synthetic agents ended')));
  });
  // Nobody may be waiting when it does.
  ended.catch(() => undefined);
  return ended;
}
