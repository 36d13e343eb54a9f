/**
 * What a program of the soak knows of policy: who is who by address, and since when somebody is denied. Pure
 * but for telling.
 */
import type { Member, Word } from './words.ts';

/** How long after the administrator has been answered something may still come through (docs/security.md). */
const GRACE_MS = 1_000;

export class Reach {
  readonly #tell: (word: Word) => void;
  readonly #members = new Map<string, Member>();
  readonly #names = new Map<string, string>();
  readonly #deniedSince = new Map<string, number>();

  readonly #lateMs: () => number;

  /** @param lateMs how late this program may be reading what came */
  constructor(tell: (word: Word) => void, lateMs: () => number) {
    this.#tell = tell;
    this.#lateMs = lateMs;
  }

  /** @param never whom policy denies from the beginning */
  begin(members: readonly Member[], never: readonly string[]): void {
    for (const member of members) {
      this.#members.set(member.name, member);
      this.#names.set(member.ipv4, member.name);
      this.#names.set(member.ipv6, member.name);
    }
    this.deny(never, 0);
  }

  deny(names: readonly string[], since: number): void {
    for (const name of names) this.#deniedSince.set(name, since);
  }

  allow(names: readonly string[]): void {
    for (const name of names) this.#deniedSince.delete(name);
  }

  isDenied(name: string): boolean {
    return this.#deniedSince.has(name);
  }

  member(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`${name} is no member`);
    return member;
  }

  /** @param address as a socket says it, perhaps an IPv4 address mapped into IPv6 */
  nameOf(address: string | undefined): string {
    const plain = (address ?? '').replace(/^::ffff:/, '');
    return this.#names.get(plain) ?? `somebody at ${plain}`;
  }

  /** Something came from this one: a leak, when policy has denied it for longer than the grace. */
  came(peer: string, what: string, now = Date.now()): void {
    const since = this.#members.has(peer) ? this.#deniedSince.get(peer) : 0;
    if (since === undefined || now - since <= GRACE_MS + this.#lateMs()) return;
    this.#tell({ event: 'leak', peer, what, since, at: now });
  }
}
