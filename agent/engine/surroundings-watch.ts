/**
 * Keeps looking at the computer's surroundings: when the system tells of something, before anything is
 * said of the connections, and otherwise now and then. Knows no connection: what a change means is its owner's
 * business.
 */
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { TimeSource } from '../server-clock.ts';
import { type Change, Surroundings } from '../surroundings.ts';
import type { Host } from './host.ts';

/**
 * How soon a sleep of the computer is noticed while nobody asks, and a change of its network where the
 * system does not tell. Every second cost a tenth of a per cent of a busy processor.
 */
const LOOK_EVERY_MS = 5_000;
/** The system tells of one change by many events. */
const EVENTS_GATHER_MS = 20;

export interface SurroundingsWatchOptions {
  readonly host: Pick<Host, 'outerNetwork' | 'watchOuterNetwork'>;
  readonly time: TimeSource;
  readonly self: Pick<SelfFacts, 'ipv4' | 'ipv6'>;
  readonly onChange: (change: Change) => void;
}

export class SurroundingsWatch implements Disposable {
  readonly #onChange: (change: Change) => void;
  readonly #surroundings: Surroundings;
  readonly #events: Disposable;
  readonly #timer: NodeJS.Timeout;
  #gathering: NodeJS.Timeout | undefined;

  constructor({ host, time, self, onChange }: SurroundingsWatchOptions) {
    const ours = [self.ipv4, self.ipv6];
    this.#onChange = onChange;
    this.#surroundings = new Surroundings(time, () => host.outerNetwork(ours));
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.#events = host.watchOuterNetwork(() => {
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        this.look();
      }, EVENTS_GATHER_MS);
    });
  }

  look(): void {
    const change = this.#surroundings.look();
    if (change !== undefined) this.#onChange(change);
  }

  /** Whether a connection from this address of ours may live. */
  mayLive(localAddress: string): boolean {
    return this.#surroundings.mayLive(localAddress);
  }

  /** Before something is said of the connections: after a sleep it would be of the time before. */
  lookIfDue(): void {
    if (this.#surroundings.due) this.look();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearTimeout(this.#gathering);
    this.#events[Symbol.dispose]();
  }
}
