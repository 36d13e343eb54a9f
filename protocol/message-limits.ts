/**
 * The part of the limits that bounds what one message may hold: packets, frames, control messages, requests,
 * tokens, grants. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

/** A record's IP packet can be a TSO super-packet: the IPv4 and IPv6 length fields end at 65,535. */
const PACKET_MAX = 65_535;
/** type(1) length(3), then a virtio_net_hdr of 10 bytes. */
const RECORD_HEADER = 14;
const PLAINTEXT_MAX = 66_560;
/** type(1) receiverIndex(4) counter(8) … tag(16). */
const DATA_OVERHEAD = 29;
/** type(1) peer(16). */
const FRAME_HEADER = 17;

export const MESSAGE_LIMITS = {
  PACKET_MAX_BYTES: {
    value: PACKET_MAX,
    unit: 'bytes',
    why: 'The 16-bit length fields of IPv4 (RFC 791 §3.1) and IPv6 (RFC 8200 §3) end here.',
  },
  TUNNEL_PLAINTEXT_MAX_BYTES: {
    value: PLAINTEXT_MAX,
    unit: 'bytes',
    why: `One super-packet with its record header (${PACKET_MAX} + ${RECORD_HEADER}), rounded up to 65 KiB, so that small packets can share what is left.`,
  },
  RELAY_FRAME_MAX_BYTES: {
    value: PLAINTEXT_MAX + DATA_OVERHEAD + FRAME_HEADER,
    unit: 'bytes',
    why: `The largest tunnel message (${PLAINTEXT_MAX} + ${DATA_OVERHEAD}) behind a frame header of ${FRAME_HEADER}.`,
  },
  WEBSOCKET_FRAGMENTS_MAX: {
    value: 16,
    unit: 'entries',
    why: 'Our messages come in one frame; a few more are let through for proxies that cut messages, not so many that parts outweigh the whole.',
  },
  CONTROL_MESSAGE_MAX_BYTES: {
    value: 65_536,
    unit: 'bytes',
    why: 'The largest honest message is a list of 200 peers at about 250 bytes each; longer lists are paged.',
  },
  REST_BODY_MAX_BYTES: {
    value: 65_536,
    unit: 'bytes',
    why: 'The largest honest body assigns 1,000 machines to a group at 35 bytes an id.',
  },
  CHANGES_BODY_MAX_BYTES: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'CHANGE_MACHINES_MAX machines by their ids take 350 KiB; a policy of 500 groups and 2,000 connections as a file takes 200 KiB.',
  },
  CHANGES_MAX: {
    value: 5_000,
    unit: 'entries',
    why: 'A whole policy of 500 groups and 2,000 connections applied to an empty subscription, twice over.',
  },
  CHANGE_MACHINES_MAX: {
    value: 10_000,
    unit: 'entries',
    why: 'Everything that the table of computers can select at once, in one change that is done or not.',
  },
  AUDIT_MACHINES_MAX: {
    value: 500,
    unit: 'entries',
    why: 'Names of machines in one audit entry, 15 KiB of them; of a change of more, the others are only counted.',
  },
  INSTANCE_COUNTS_MAX: {
    value: 1_000,
    unit: 'entries',
    why: 'Points kept of how many instances each role had: more than a chart has pixels, and 50 KiB a role.',
  },
  REST_TIMEOUT_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'How long the command line waits for an answer: the largest change there is takes a second or two.',
  },
  PASSWORD_MIN_CHARACTERS: {
    value: 12,
    unit: 'characters',
    why: 'NIST SP 800-63B asks for 8 beside a second factor and 15 without; sign-ins are rate-limited and the hash is slow.',
  },
  PASSWORD_MAX_CHARACTERS: {
    value: 256,
    unit: 'characters',
    why: 'Longer than any passphrase; bounds what is hashed for somebody who has not signed in.',
  },
  TOKEN_MAX_CHARACTERS: {
    value: 512,
    unit: 'characters',
    why: 'A token with a server URL of 255 characters has 443.',
  },
  HANDSHAKE_MESSAGE_MAX_BYTES: {
    value: 8_192,
    unit: 'bytes',
    why: 'IKhfs init carries e (32), an ML-KEM-768 key (1,184 + 16), s (48) and a grant of at most 5,632 bytes with its tag.',
  },
  GRANT_MAX_CHARACTERS: {
    value: 5_632,
    unit: 'characters',
    why: 'Two machines with 63-character names make a JWT of about 1,300 characters; in a locked subscription each has a certificate of at most 1,500 beside it, in base64url once more.',
  },
  SYNC_PEERS_MAX: {
    value: 1_500,
    unit: 'entries',
    why: 'At 35 bytes an id a sync fits a control message with room to spare; an agent with more peers sends several.',
  },
  PEERS_PER_PAGE: { value: 200, unit: 'entries', why: 'Keeps a page under the cap of a control message.' },
} as const satisfies Record<string, Limit>;
