/**
 * Watches one connection: asks the other end for a sign of life when {@link Liveness} wants one, and says when it has
 * become doubtful or is dead. One timer, for the next moment at which silence would mean something.
 */
import { LIMITS } from '#protocol/limits.ts';
import { Liveness } from './liveness.ts';

export interface AliveCheckOptions {
  /** Asks for a sign of life, and says so by {@link AliveCheck.probed}. */
  readonly probe: () => void;
  /** An answer is owed for longer than answers take. Perhaps several times. */
  readonly onDoubtful: () => void;
  /** Once; whoever is told ends the check. */
  readonly onDead: () => void;
}

/** A timer may fire a moment early, and would have to be set again. */
const LATE_MS = 10;

export class AliveCheck implements Disposable {
  readonly #options: AliveCheckOptions;
  readonly #liveness = new Liveness(performance.now());
  #timer: NodeJS.Timeout | undefined;
  /** When it fires, by performance.now(). */
  #firesAt = Number.POSITIVE_INFINITY;
  #ended = false;

  constructor(options: AliveCheckOptions) {
    this.#options = options;
    this.#watch();
  }

  /** Last moment at which the other end proved to live, by performance.now(). */
  get heardAt(): number {
    return this.#liveness.heardAt;
  }

  heard(now: number = performance.now()): void {
    this.#liveness.heard(now);
  }

  /** Something was sent that will be answered, sooner or later. */
  sent(): void {
    if (this.#liveness.sent(performance.now())) this.#watch();
  }

  /** A sign of life was asked for; without one in time the other end is dead. */
  probed(patienceMs: number = LIMITS.PING_TIMEOUT_MS.value): void {
    this.#liveness.probed(performance.now(), patienceMs);
    this.#watch();
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  /** Arms the timer, unless it fires soon enough as it is: one that fires early costs one look, a new one for every packet more. */
  #watch(): void {
    if (this.#ended) return;
    const now = performance.now();
    const at = now + this.#liveness.nextCheckIn(now) + LATE_MS;
    if (at >= this.#firesAt) return;
    clearTimeout(this.#timer);
    this.#firesAt = at;
    this.#timer = setTimeout(() => {
      this.#firesAt = Number.POSITIVE_INFINITY;
      // What has come meanwhile is read first: this process may not have run for a while.
      setImmediate(() => this.#judge());
    }, at - now);
  }

  #judge(): void {
    if (this.#ended) return;
    const verdict = this.#liveness.verdict(performance.now());
    if (verdict === 'dead') {
      this.#options.onDead();
      return;
    }
    if (verdict === 'doubtful') this.#options.onDoubtful();
    if (verdict === 'probe') this.#options.probe();
    this.#watch();
  }
}
