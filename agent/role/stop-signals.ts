/**
 * Signals to a role instance: to its command while that runs, and before it begins a reason to stop.
 */
import { constants } from 'node:os';

/** All that ask something of a program. SIGKILL and SIGSTOP can not be had, the rest is of the kernel or the terminal. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal gives these to all programs in the foreground, so also to the command. */
const OF_THE_KEYBOARD: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/** Thrown where a signal ended the start. */
export class Stopped extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

export class StopSignals implements Disposable {
  readonly #process: NodeJS.Process;
  readonly #stop = new AbortController();
  readonly #handlers = new Map<NodeJS.Signals, () => void>();
  #command: { kill(signal: NodeJS.Signals): void } | undefined;

  constructor(process: NodeJS.Process) {
    this.#process = process;
    for (const signal of SIGNALS) {
      const handler = () => this.#received(signal);
      this.#handlers.set(signal, handler);
      process.on(signal, handler);
    }
  }

  /** Aborted with {@link Stopped} by a signal that came before the command. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** From now on signals are the command's. */
  passTo(command: { kill(signal: NodeJS.Signals): void } | undefined): void {
    this.#command = command;
  }

  [Symbol.dispose](): void {
    for (const [signal, handler] of this.#handlers) this.#process.removeListener(signal, handler);
  }

  #received(signal: NodeJS.Signals): void {
    const byTerminal = OF_THE_KEYBOARD.includes(signal) && this.#process.stdin.isTTY === true;
    if (this.#command !== undefined) {
      if (!byTerminal) this.#command.kill(signal);
    } else if (signal !== 'SIGUSR1' && signal !== 'SIGUSR2') {
      this.#stop.abort(new Stopped(signal));
    }
  }
}

/** What a shell says of a program that a signal has ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
