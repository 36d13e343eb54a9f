/**
 * The part of the limits for the sessions of the tunnel: handshakes, keys, replay, signs of life.
 * Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const SESSION_LIMITS = {
  REKEY_AFTER_MS: {
    value: 120_000,
    unit: 'ms',
    why: 'WireGuard’s REKEY_AFTER_TIME: keys are gone two minutes after their last use was possible.',
  },
  REKEY_AFTER_MESSAGES: {
    value: 2 ** 22,
    unit: 'messages',
    why: 'With 65 KiB messages that is 2^38 bytes or 2^34 AES blocks under one key, under the 2^34.5 blocks that RFC 8446 §5.5 allows (2^24.5 records of 2^14 bytes).',
  },
  REJECT_AFTER_MS: {
    value: 180_000,
    unit: 'ms',
    why: 'WireGuard’s REJECT_AFTER_TIME: one missed rekey plus the time to repeat it.',
  },
  REJECT_AFTER_MESSAGES: {
    value: 2 ** 23,
    unit: 'messages',
    why: 'Twice the rekey mark, so that a rekey under load never stops the traffic.',
  },
  HANDSHAKE_RETRY_MS: {
    value: 2_000,
    unit: 'ms',
    why: 'Several round trips through a relay on the other side of the world (300 ms each).',
  },
  HANDSHAKE_GIVE_UP_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'Longer than a relay restart with reconnects; after it the queued packets are stale.',
  },
  HANDSHAKE_TIMESTAMP_SKEW_MS: {
    value: 90_000,
    unit: 'ms',
    why: 'Both clocks are corrected by the server’s to within a second; a relay may delay by its age bound.',
  },
  HANDSHAKE_ACCEPT_EVERY_MS: {
    value: 100,
    unit: 'ms',
    why: 'An honest machine sends one in HANDSHAKE_RETRY_MS; ten a second keep a hostile one, at about 1 ms each, under 1 % of a core.',
  },
  UNKNOWN_SESSION_EVERY_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'One hint is enough to start a handshake, which takes longer than this over a slow path.',
  },
  REVOCATION_MARGIN_MS: {
    value: 2_000,
    unit: 'ms',
    why: 'Grants count in whole seconds and clocks differ by up to one: a grant issued this shortly before a revocation may be the first one after it.',
  },
  HANDSHAKES_PENDING_MAX: {
    value: 256,
    unit: 'entries',
    why: 'Half-open answers waiting for a grant check; each holds about 4 KiB, so 1 MiB in all.',
  },
  KEEPALIVE_AFTER_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'WireGuard’s KEEPALIVE_TIMEOUT: after received data and silence from us, tell the peer that we live.',
  },
  PEER_DEAD_AFTER_MS: {
    value: 15_000,
    unit: 'ms',
    why: 'Keepalive plus handshake retry plus a margin: data sent and nothing heard for this long starts a new handshake.',
  },
  SESSION_IDLE_CLOSE_MS: {
    value: 300_000,
    unit: 'ms',
    why: 'A pair that has not talked for five minutes costs no more rekeys; the next packet opens it again in one round trip.',
  },
  REPLAY_WINDOW_MESSAGES: {
    value: 8_192,
    unit: 'messages',
    why: 'WireGuard’s window; the relay keeps order, so only a reconnect ever reorders.',
  },
} as const satisfies Record<string, Limit>;
