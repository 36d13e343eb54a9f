/**
 * The up to three sessions of one peer, as in WireGuard (§6.3 of its paper): `current` sends; `previous`
 * still receives what was under way during a rekey; `next` is one that the peer began and has not yet
 * proven to be live in, so nothing is sent in it.
 */
import type { Session } from './session.ts';

export class SessionSlots {
  #previous: Session | undefined;
  #current: Session | undefined;
  #next: Session | undefined;

  get current(): Session | undefined {
    return this.#current;
  }

  /** Whether there is any session at all. */
  get any(): boolean {
    return (this.#previous ?? this.#current ?? this.#next) !== undefined;
  }

  byLocalIndex(index: number): Session | undefined {
    if (this.#current?.localIndex === index) return this.#current;
    if (this.#next?.localIndex === index) return this.#next;
    return this.#previous?.localIndex === index ? this.#previous : undefined;
  }

  /** A session that we began: the peer answered, so it is live. Displaces an unproven one. */
  addProven(session: Session): void {
    this.#next?.close();
    this.#next = undefined;
    this.#rotate(session);
  }

  /** A session that the peer began. */
  addUnproven(session: Session): void {
    this.#next?.close();
    this.#next = session;
  }

  /**
   * An authentic message arrived in `session`.
   * @returns true when that made it the current one.
   */
  proven(session: Session): boolean {
    if (session !== this.#next) return false;
    this.#next = undefined;
    this.#rotate(session);
    return true;
  }

  /** When the next session ends by itself; Infinity without any. */
  firstExpiry(): number {
    const never = Number.POSITIVE_INFINITY;
    return Math.min(
      this.#previous?.expiresAt ?? never,
      this.#current?.expiresAt ?? never,
      this.#next?.expiresAt ?? never,
    );
  }

  removeExpired(now: number): void {
    const live = (session: Session | undefined): Session | undefined => {
      if (session === undefined || now < session.expiresAt) return session;
      session.close();
      return undefined;
    };
    this.#previous = live(this.#previous);
    this.#current = live(this.#current);
    this.#next = live(this.#next);
  }

  /** Closes all; returns what there was. */
  clear(): Session[] {
    const sessions = [this.#current, this.#next, this.#previous].filter((session) => session !== undefined);
    for (const session of sessions) session.close();
    this.#previous = this.#current = this.#next = undefined;
    return sessions;
  }

  #rotate(session: Session): void {
    this.#previous?.close();
    this.#previous = this.#current;
    this.#current = session;
  }
}
