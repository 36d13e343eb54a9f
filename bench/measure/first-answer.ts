/**
 * How long after the start of a process the first packet through its network is answered.
 */
import { fileURLToPath } from 'node:url';
import type { Host, Program } from '#lab/hosts/host.ts';

const PROGRAM = fileURLToPath(new URL('../programs/first-answer.ts', import.meta.url));

export interface FirstAnswer {
  /** Milliseconds of the Unix epoch, like the next: the kernel had a route, which is to say the adapter was up. */
  readonly routedAt: number;
  readonly answeredAt: number;
}

/** Starts on a machine what {@link Question} asks there. */
export async function offerAnswers(machine: Host): Promise<void> {
  await machine.spawn('echo', [process.execPath, PROGRAM, 'echo']).prints(/ready/);
}

/** A machine that asks another one until it is answered. */
export class Question {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  /** Resolves once it asks: start then what is to be measured. */
  static async ask(machine: Host, target: string): Promise<Question> {
    const program = machine.spawn('ask', [process.execPath, PROGRAM, 'ask', target]);
    await program.prints(/ready/);
    return new Question(program);
  }

  /** @throws Error when there is no answer within a minute */
  async answered(): Promise<FirstAnswer> {
    const [, routedAt, answeredAt] = await this.#program.prints(/route ([\d.]+)\nanswer ([\d.]+)\n/, 60_000);
    return { routedAt: Number(routedAt), answeredAt: Number(answeredAt) };
  }

  /** No more of it, answered or not. */
  async stop(): Promise<void> {
    await this.#program.end('SIGKILL');
  }
}
