/**
 * Notices what makes every open connection doubtful: the computer slept, its clock was set, its network
 * changed. Looks when asked; knows no connection and owns no timer.
 */
import { networkInterfaces } from 'node:os';
import type { TimeSource } from './server-clock.ts';

/**
 * The monotonic clock stands still while the computer sleeps, the wall clock does not. Less than this is
 * the work of a time server.
 */
const JUMP_MS = 3_000;

export type Change = 'clock' | 'network';

export class Surroundings {
  readonly #time: TimeSource;
  readonly #addresses: () => string;
  #offset: number;
  #before: string;

  /** @param addresses this computer's own, in any form that is the same while they are */
  constructor(time: TimeSource, addresses: () => string) {
    this.#time = time;
    this.#addresses = addresses;
    this.#offset = this.#wallOffset();
    this.#before = addresses();
  }

  /** What changed since the last look; a sleep counts as a change of the clock. */
  look(): Change | undefined {
    const offset = this.#wallOffset();
    const jumped = Math.abs(offset - this.#offset) >= JUMP_MS;
    this.#offset = offset;
    const addresses = this.#addresses();
    const moved = addresses !== this.#before;
    this.#before = addresses;
    if (jumped) return 'clock';
    return moved ? 'network' : undefined;
  }

  #wallOffset(): number {
    return this.#time.wall() - this.#time.monotonic();
  }
}

/** The computer's addresses as one text, without loopback and without the interface that has `ours`. */
export function outerAddresses(ours: readonly string[]): string {
  return Object.values(networkInterfaces())
    .map((addresses) => addresses ?? [])
    .filter((addresses) => !addresses.some(({ internal, address }) => internal || ours.includes(address)))
    .flatMap((addresses) => addresses.map(({ address, netmask, mac }) => `${address}/${netmask}/${mac}`))
    .sort()
    .join(' ');
}
