/**
 * Notices what makes every open connection doubtful: the computer slept, its clock was set, this process
 * did not run, the way out of the computer changed. Looks when asked; knows no connection and owns no timer.
 */
import type { TimeSource } from './server-clock.ts';

/**
 * The monotonic clock stands still while the computer sleeps, the wall clock does not. Less than this is
 * the work of a time server.
 */
const JUMP_MS = 3_000;
/** Whoever was to look every five seconds and did not for so long was stopped, or starved. */
const PAUSE_MS = 8_000;
/** Older than this, what was seen is looked at again before anything is said of the connections. */
const DUE_MS = 1_000;

/** How this computer is connected to others, without our own adapter. */
export interface OuterNetwork {
  /** Whether any interface carries anything. */
  readonly connected: boolean;
  /** The default routes and the addresses from which packets take them, as a text that is the same while they are. */
  readonly wayOut: string;
  /** Those addresses alone. */
  readonly sources: readonly string[];
  /** Addresses of all interfaces, likewise. */
  readonly addresses: string;
}

/**
 * `clock`: it jumped; a sleep counts as that. `pause`: this process was stopped. `cut-off`: there is no
 * network any more. `way-out`: what leaves this computer goes another way than before. `addresses`: only
 * something beside the way out is new.
 */
export type Change = 'clock' | 'pause' | 'cut-off' | 'way-out' | 'addresses';

export class Surroundings {
  readonly #time: TimeSource;
  readonly #read: () => OuterNetwork;
  #offset: number;
  #lookedAt: number;
  #network: OuterNetwork;

  constructor(time: TimeSource, read: () => OuterNetwork) {
    this.#time = time;
    this.#read = read;
    this.#offset = this.#wallOffset();
    this.#lookedAt = time.monotonic();
    this.#network = read();
  }

  /** Whether a connection from this address of ours may live: another one's packets no longer leave here. */
  mayLive(localAddress: string): boolean {
    return isLoopback(localAddress) || this.#network.sources.includes(localAddress);
  }

  /** Whether what was seen last can not be relied upon: so much time has passed, or the clock jumped. Cheap. */
  get due(): boolean {
    return Math.abs(this.#wallOffset() - this.#offset) >= JUMP_MS || this.#time.monotonic() - this.#lookedAt >= DUE_MS;
  }

  /** What changed since the last look, the gravest if several things did. */
  look(): Change | undefined {
    const offset = this.#wallOffset();
    const jumped = Math.abs(offset - this.#offset) >= JUMP_MS;
    this.#offset = offset;
    const now = this.#time.monotonic();
    const paused = now - this.#lookedAt >= PAUSE_MS;
    this.#lookedAt = now;
    const before = this.#network;
    this.#network = this.#read();
    if (before.connected && !this.#network.connected) return 'cut-off';
    if (jumped) return 'clock';
    if (paused) return 'pause';
    if (before.wayOut !== this.#network.wayOut) return 'way-out';
    return before.addresses === this.#network.addresses ? undefined : 'addresses';
  }

  #wallOffset(): number {
    return this.#time.wall() - this.#time.monotonic();
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
