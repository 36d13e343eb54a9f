/**
 * What a browser shows for its session, and what is kept of it: only the SHA-256, as of every secret
 * with 256 random bits. Knows no cookies.
 */
import { createHash } from 'node:crypto';
import { toBase64url } from '#protocol/encoding.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Random } from '../../random.ts';
import type { Renewal } from '../../store/people-store.ts';
import type { SessionRecord } from '../../store/records.ts';

const TOKEN_BYTES = 32;
/** Names of browsers are for people; a longer one is cut. */
const BROWSER_MAX = 200;

/** Who opens a session, from where. */
export interface Visitor {
  readonly address: string;
  /** The User-Agent header. */
  readonly browser: string;
  /** The token that the browser showed, if any: never adopted, ended by the sign-in (session fixation). */
  readonly token: string | undefined;
}

export interface NewSession {
  readonly record: SessionRecord;
  /** For the browser only. */
  readonly token: string;
}

export function newSession(random: Random, now: number, person: string, visitor: Visitor): NewSession {
  const token = toBase64url(random(TOKEN_BYTES));
  return {
    token,
    record: {
      id: sessionId(token),
      person,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: now + LIMITS.SESSION_LIFETIME_MS.value,
      address: visitor.address,
      browser: visitor.browser.replace(/\p{Cc}/gu, ' ').slice(0, BROWSER_MAX),
    },
  };
}

/**
 * The same session with another token: whoever has seen the present one, or put it into the browser, has
 * nothing of it any more.
 */
export function renewalOf(random: Random, id: string): Renewal & { readonly token: string } {
  const token = toBase64url(random(TOKEN_BYTES));
  return { id, newId: sessionId(token), token };
}

export function sessionId(token: string): string {
  return createHash('sha256').update(`causeway session v1\0${token}`).digest('hex');
}
