/**
 * The part of the limits that bounds what programs on this computer may ask of the agent by its local API.
 * Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const LOCAL_LIMITS = {
  LOCAL_REQUEST_MAX_BYTES: {
    value: 8_192,
    unit: 'bytes',
    why: 'The largest honest request activates: a token of TOKEN_PRE_SIGNED_MAX_CHARACTERS and a name. Six times that.',
  },
  LOCAL_MESSAGE_MAX_BYTES: {
    value: 4_194_304,
    unit: 'bytes',
    why: 'An answer of the agent: the list of PEERS_MAX peers, each with its session, at about 650 bytes each is 2.7 MB.',
  },
  LOCAL_CONNECTIONS_MAX: {
    value: 32,
    unit: 'entries',
    why: 'Connections to one socket: a window and a few commands for each of several people who are signed in. The owner has a socket to themselves.',
  },
  LOCAL_CALLS_MAX: {
    value: 16,
    unit: 'entries',
    why: 'Calls of one connection whose answers were not taken yet: a window has a watch and a few more.',
  },
  LOCAL_CALLS_PER_SECOND: {
    value: 100,
    unit: 'per second',
    why: 'Of one connection; more wait to be read. A window asks some times a second; at about 0.1 ms each this is a hundredth of a processor.',
  },
  LOCAL_READ_PATIENCE_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'Who takes nothing of what was sent for so long is cut off: a program that hangs, and no window that is busy.',
  },
  LOCAL_WATCH_EVERY_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'How old what a window shows of peers and bytes gets while nothing else changes; it takes under a millisecond.',
  },
  LOCAL_ALIVE_EVERY_MS: {
    value: 500,
    unit: 'ms',
    why: 'How often an agent shows that it lives to somebody who looks at its window: twice in the second in which the window has to know of one that hangs. Two wakes a second, of some 1.3 ms each where they were measured (a computer with seventeen programs for two processors); nobody who does not watch pays for them.',
  },
  LOCAL_ALIVE_UNSEEN_EVERY_MS: {
    value: 2_000,
    unit: 'ms',
    why: 'The same while only the icon is seen, all day long: each word wakes several threads of the application, and four times fewer of them leave it under half a per cent of a processor.',
  },
  LOCAL_SILENT_AFTER_MS: {
    value: 950,
    unit: 'ms',
    why: 'A watched agent that has said nothing for so long hangs, as far as anybody can see: the window says so within a second. It leaves LOCAL_ALIVE_EVERY_MS 450 ms for a busy computer.',
  },
  LOCAL_SILENT_UNSEEN_AFTER_MS: {
    value: 2_900,
    unit: 'ms',
    why: 'The same for LOCAL_ALIVE_UNSEEN_EVERY_MS, with 900 ms for a busy computer: an icon says within three seconds that its agent hangs.',
  },
  LOCAL_FIRST_WORD_MS: {
    value: 5_000,
    unit: 'ms',
    why: 'The first status comes when the engine stands; undoing what a killed agent left takes up to some seconds. After that it counts as silent too.',
  },
  WATCHED_PROOF_MS: {
    value: 5_000,
    unit: 'ms',
    why: 'While somebody looks, the relay is asked for a sign of life after so long a silence, and not after PING_INTERVAL_MS: an icon that says "connected" over a line that died unseen does so for this and PING_DOUBT_MS. For 10,000 icons the relay answers 2,000 pings a second.',
  },
  LOCAL_WATCH_GATHER_MS: {
    value: 50,
    unit: 'ms',
    why: 'Changes that come within this are told of together: connecting changes several parts at once, and no person sees a difference.',
  },
  LOG_LINES_KEPT_MAX: {
    value: 200,
    unit: 'entries',
    why: 'Of the log, for whoever helps: a day of a quiet agent, some minutes of a troubled one; some 40 KiB.',
  },
  LOG_LINE_MAX_CHARACTERS: {
    value: 1_000,
    unit: 'characters',
    why: 'Of a kept line; what is longer was filled with somebody else’s text and is clipped.',
  },
  SYSTEM_TEXT_LINES_MAX: {
    value: 100,
    unit: 'entries',
    why: 'What is kept of a system program’s words on adapter or resolver: they say it in some ten lines.',
  },
  SERVICE_STOP_MS: {
    value: 20_000,
    unit: 'ms',
    why: 'What Windows is told that stopping takes, as systemd is (TimeoutStopSec): the goodbye to the server, and undoing what was set up.',
  },
  SERVICE_LOG_MAX_BYTES: {
    value: 8_388_608,
    unit: 'bytes',
    why: 'Some 40,000 lines, or months; past it a new log is begun at the next start, and one old one kept.',
  },
  RELEASE_MAX_CHARACTERS: {
    value: 16_384,
    unit: 'characters',
    why: 'Thirty-two files at 220 bytes each, signed and in base64url, with half as much room again.',
  },
  UPDATE_FIRST_ASK_MS: {
    value: 20_000,
    unit: 'ms',
    why: 'After the start, which takes ten seconds on a busy computer; half of it at least, so that machines that start together ask one after another.',
  },
  UPDATE_ASK_EVERY_MS: {
    value: 14_400_000,
    unit: 'ms',
    why: 'Six times a day, so that a security fix is known everywhere within the day that it is released; ten thousand machines ask once a second together.',
  },
} as const satisfies Record<string, Limit>;
