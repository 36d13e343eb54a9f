/**
 * Limits of who may use the server: passwords, sign-ins, sessions, the audit. Part of LIMITS (limits.ts),
 * from where everybody takes them; a file of its own as that one is long.
 */
import type { Limit } from './limits.ts';

const HOUR_MS = 3_600_000;

export const ACCESS_LIMITS = {
  PASSWORD_HASH_MEMORY_BYTES: {
    value: 19_922_944,
    unit: 'bytes',
    why: 'Argon2id with 19 MiB and 2 passes is what OWASP asks for at least; it takes some 40 ms, and a guesser’s graphics card as much memory for each try.',
  },
  PASSWORD_HASH_PASSES: {
    value: 2,
    unit: 'entries',
    why: 'Belongs to the 19 MiB (OWASP); 46 MiB with 1 pass protects as well, but takes half as long again here and 2.4 times the memory.',
  },
  PASSWORD_HASHES_AT_ONCE: {
    value: 2,
    unit: 'entries',
    why: 'Passwords that are hashed side by side: 38 MiB together, and two of the four threads that files and DNS share with them.',
  },
  PASSWORD_HASHES_WAITING_MAX: {
    value: 64,
    unit: 'entries',
    why: 'Passwords that wait to be hashed: the last one for about 1.3 s. One more is refused at once, so that a flood costs no memory.',
  },
  SIGN_INS_PER_ADDRESS_PER_MINUTE: {
    value: 20,
    unit: 'entries',
    why: 'An office behind one address on a Monday morning; a /64 of IPv6 counts as one address. A guesser gets 28,800 passwords a day.',
  },
  SIGN_INS_PER_NAME_PER_MINUTE: {
    value: 10,
    unit: 'entries',
    why: 'From wherever they come: nobody mistypes faster, and many addresses together get 14,400 passwords a day.',
  },
  SECOND_FACTOR_TRIES: {
    value: 10,
    unit: 'entries',
    why: 'Codes of one person within ten minutes (RFC 4226 §7.3): whoever has the password guesses 1,440 a day, where three in a million are right at a time.',
  },
  SECOND_FACTOR_SET_UP_MS: {
    value: 600_000,
    unit: 'ms',
    why: 'Enough to find the phone and install an authenticator; a secret that nobody confirmed is forgotten then.',
  },
  SESSION_IDLE_MS: {
    value: 8 * HOUR_MS,
    unit: 'ms',
    why: 'A working day: whoever left the portal open finds it locked the next morning.',
  },
  SESSION_LIFETIME_MS: {
    value: 7 * 24 * HOUR_MS,
    unit: 'ms',
    why: 'Once a week everybody signs in anew, so that a stolen cookie does not live for ever by being used.',
  },
  SESSIONS_PER_PERSON_MAX: {
    value: 20,
    unit: 'entries',
    why: 'More browsers than anybody has; the one that was used longest ago is ended for another.',
  },
  REFUSALS_GATHERED_MAX: {
    value: 100,
    unit: 'entries',
    why: 'Refused sign-ins become one entry of the audit for each address and name, at most this many in half a minute; what is over it is counted in one.',
  },
  AUDIT_ENTRIES_MAX: {
    value: 1_000_000,
    unit: 'entries',
    why: 'Some 400 MB at 400 bytes each; ten administrators with a hundred changes a day fill it in three years. The oldest go then.',
  },
  AUDIT_EXPORT_CHUNK_ENTRIES: {
    value: 500,
    unit: 'entries',
    why: 'What an export of the audit holds in memory at a time: 200 KB, read in milliseconds.',
  },
  CONNECTIONS_PER_ADDRESS: {
    value: 1_024,
    unit: 'entries',
    why: 'Connections of one line (an IPv4 address, a /64 of IPv6) that are no machine’s yet: an office of a thousand that comes back at once, each for milliseconds. At 30 KiB each a line holds 30 MiB at most.',
  },
  REQUESTS_PER_MACHINE_PER_MINUTE: {
    value: 12_000,
    unit: 'entries',
    why: 'Requests of one machine to the control plane: grants of PEERS_MAX peers asked for at once, three times. At 0.1 ms for a signature, 2 % of a core.',
  },
  WRITES_PER_MACHINE_PER_MINUTE: {
    value: 20,
    unit: 'entries',
    why: 'Requests of one machine that are written to the disk and told to open pages (`diagnostics`, `certify`): three times as many as people can ask of it (DIAGNOSE_EVERY_MS), at 64 KiB at most.',
  },
  TLS_HANDSHAKE_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'How long a connection may take for TLS: four round trips of a satellite line, three times.',
  },
  HTTP_HEADERS_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'How long the head of a request may take: it fits one packet.',
  },
  HTTP_REQUEST_MS: {
    value: 15_000,
    unit: 'ms',
    why: 'The same for a whole request: 64 KiB at 35 kbit/s.',
  },
  HTTP_LOOK_EVERY_MS: {
    value: 2_000,
    unit: 'ms',
    why: 'How often connections are looked at that are over those times; Node’s own 30 s would let a slow one live four times as long.',
  },
  HTTP_KEEP_ALIVE_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'How long a browser’s connection is kept between two clicks.',
  },
  OIDC_FLOW_LIFETIME_MS: {
    value: 600_000,
    unit: 'ms',
    why: 'How long somebody may take at the identity provider, with a second factor.',
  },
  OIDC_FLOWS_MAX: {
    value: 1_000,
    unit: 'entries',
    why: 'Sign-ins under way at the identity provider, 300 bytes each; anybody can begin one, so the oldest is forgotten for another.',
  },
  OIDC_ANSWER_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'The identity provider answers in well under a second; somebody waits before a white page.',
  },
} as const satisfies Record<string, Limit>;
