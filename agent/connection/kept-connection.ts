/**
 * Keeps one connection to a server: connects, comes back with jittered back-off whenever it ends, begins
 * anew when the computer's way out is another one. Knows neither what is spoken on the connection nor how it
 * is found out that it is dead.
 */
import { asRefusal, type CausewayError, isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { Backoff } from './backoff.ts';

/** A connection that can be kept. */
export interface Keepable {
  /** Of this end. */
  readonly localAddress: string;
}

export interface KeptConnectionOptions<Connection extends Keepable> {
  /**
   * Opens a connection and introduces this machine on it; the connection is up when this resolves. What was opened
   * is to be ended before this rejects.
   * @param signal ends the attempt
   * @param hold to be called with the connection as soon as requests may go to it; throws if the attempt is over
   */
  readonly open: (signal: AbortSignal, hold: (connection: Connection) => void) => Promise<void>;
  /** Asks for a sign of life. @param patienceMs within so long, because what was asked earlier may be lost */
  readonly probe: (connection: Connection, patienceMs?: number) => void;
  /** Ends the connection without a word to anybody. */
  readonly end: (connection: Connection) => void;
  readonly onUp?: (connection: Connection) => void;
  /** There is no connection, and another attempt follows: a rare one if `final`, for only people can mend it. */
  readonly onDown: (error: CausewayError, final: boolean) => void;
  readonly backoff?: Backoff;
}

/** How often a machine knocks that the server does not let in: an administrator may let it in again. */
const REFUSED_RETRY_MS = 60_000;

export class KeptConnection<Connection extends Keepable> implements Disposable {
  readonly #options: KeptConnectionOptions<Connection>;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  #held: Connection | undefined;
  #heldSince = 0;
  /** Ends the attempt that is under way. */
  #attempt: AbortController | undefined;
  #retry: NodeJS.Timeout | undefined;

  /** Does nothing until the first {@link connectNow}. */
  constructor(options: KeptConnectionOptions<Connection>) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
  }

  /** The connection to which requests may go; perhaps still in its introduction. */
  get held(): Connection | undefined {
    return this.#held;
  }

  /** The connection, once its introduction is over. */
  get up(): Connection | undefined {
    return this.#attempt === undefined ? this.#held : undefined;
  }

  /** Tries now instead of waiting for the back-off; asks a connection that there is for a sign of life. */
  connectNow(): void {
    if (this.#held !== undefined) {
      this.#options.probe(this.#held);
      return;
    }
    clearTimeout(this.#retry);
    if (this.#attempt === undefined && !this.#stop.signal.aborted) void this.#try(new AbortController());
  }

  /**
   * The way to the server is another one than before: a connection has to prove itself soon, or is made
   * anew if it can not live; and an attempt begins anew, for its first packets may have gone nowhere.
   *
   * @param mayLive whether a connection from this address of ours may
   */
  connectAfresh(mayLive: (localAddress: string) => boolean): void {
    if (this.#held === undefined || !mayLive(this.#held.localAddress)) {
      this.replace();
      return;
    }
    this.#backoff.reset();
    this.#options.probe(this.#held, LIMITS.NETWORK_CHANGE_PATIENCE_MS.value);
  }

  /** Gives up what there is for a new connection, without a word to anybody. */
  replace(): void {
    this.#backoff.reset();
    this.#abandon();
    this.connectNow();
  }

  /** There is no way to the server for now, and this is why. */
  giveUp(error: CausewayError): void {
    this.#down(error);
  }

  /** This connection is over. Of one that is not held, or not any more, nobody is told. */
  ended(connection: Connection | undefined, error: unknown): void {
    if (connection !== undefined && this.#held === connection) this.#down(asRefusal(error));
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error('this machine is disconnecting'));
    clearTimeout(this.#retry);
    this.#abandon();
  }

  async #try(attempt: AbortController): Promise<void> {
    this.#attempt = attempt;
    const { open, onUp } = this.#options;
    const signal = AbortSignal.any([this.#stop.signal, attempt.signal]);
    try {
      await open(signal, (connection) => {
        signal.throwIfAborted();
        this.#held = connection;
        this.#heldSince = performance.now();
      });
    } catch (error) {
      if (this.#attempt === attempt) this.#down(asRefusal(error));
      return;
    }
    if (this.#attempt !== attempt) return;
    this.#attempt = undefined;
    if (this.#held !== undefined) onUp?.(this.#held);
  }

  #down(error: CausewayError): void {
    if (this.#held !== undefined) this.#backoff.resetIfLasted(performance.now() - this.#heldSince);
    this.#abandon();
    clearTimeout(this.#retry);
    if (this.#stop.signal.aborted) return;
    const final = isRefusedByPeople(error);
    // Before anybody is told: whoever is may want to try at once, or to stop.
    this.#retry = setTimeout(() => this.connectNow(), final ? REFUSED_RETRY_MS : this.#backoff.next());
    this.#options.onDown(error, final);
  }

  #abandon(): void {
    const [attempt, held] = [this.#attempt, this.#held];
    this.#attempt = this.#held = undefined;
    if (held !== undefined) this.#options.end(held);
    attempt?.abort(new Error('this attempt is over'));
  }
}

function isRefusedByPeople(error: CausewayError): boolean {
  return isRefusal(error, 'AUTHENTICATION_FAILED') || isRefusal(error, 'MACHINE_DISABLED');
}
