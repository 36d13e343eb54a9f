/**
 * The part of the limits that bounds what the portal shows live and how machines are installed. Taken in by
 * limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const WATCHING_LIMITS = {
  REPORT_EVERY_MS: {
    value: 300_000,
    unit: 'ms',
    why: 'What an agent says of itself is never older than this; ten thousand of them make 33 reports a second.',
  },
  REPORT_WATCHED_EVERY_MS: {
    value: 2_000,
    unit: 'ms',
    why: 'How often a machine that somebody looks at reports: as fast as a person reads numbers that change.',
  },
  REPORT_WATCH_S: {
    value: 30,
    unit: 's',
    why: 'How long one look has a machine report often; a page that stays open asks again, one that was closed does not.',
  },
  REPORT_PEERS_MAX: {
    value: 64,
    unit: 'entries',
    why: 'Peers in a report, at about 350 bytes each: 22 KiB, a third of a control message.',
  },
  DIAGNOSTIC_CHECKS_MAX: {
    value: 64,
    unit: 'entries',
    why: 'A diagnosis has fourteen checks of its own and one for each of 20 peers; twice that.',
  },
  DIAGNOSE_EVERY_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'How soon a machine is asked for diagnostics again: the checks take some seconds, and ping its peers.',
  },
  MACHINE_HISTORY_MAX: {
    value: 200,
    unit: 'entries',
    why: 'A month of a computer that is switched on and off three times a day.',
  },
  EVENTS_CLIENTS_MAX: {
    value: 1_000,
    unit: 'entries',
    why: 'Portal pages open at once; each costs a connection and the text of every event.',
  },
  EVENTS_BUFFER_MAX_BYTES: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'What waits for one browser: ten thousand machines that come back at once are 0.9 MiB. One that reads slower is ended, and asks for everything anew when it comes back.',
  },
  EVENTS_GATHER_MS: {
    value: 500,
    unit: 'ms',
    why: 'Machines that come or go within this are told of together; a person sees no difference.',
  },
  EVENTS_PRESENCE_MAX: {
    value: 1_000,
    unit: 'entries',
    why: 'Machines in one event, at 90 bytes each: what a browser parses in about a millisecond.',
  },
  EVENTS_HEARTBEAT_MS: {
    value: 20_000,
    unit: 'ms',
    why: 'Under the shortest common idle time-out of proxies (30 s).',
  },
  EVENTS_RECHECK_MS: {
    value: 60_000,
    unit: 'ms',
    why: 'How long a stream of events may outlive the session or key that opened it; at the most streams, 17 look-ups a second.',
  },
  PAIRS_MEASURED_EVERY_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'Rates are of at least this long, so that one burst is not taken for a steady stream.',
  },
  PAIRS_FRESH_MS: {
    value: 60_000,
    unit: 'ms',
    why: 'A pair that was silent for longer shows no rate; and measuring stops when nobody has asked for so long.',
  },
  RELAY_SAMPLE_EVERY_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'Fine enough to see a minute of trouble; a sample costs some 50 µs.',
  },
  RELAY_SAMPLES_MAX: { value: 360, unit: 'entries', why: 'One hour at RELAY_SAMPLE_EVERY_MS, some 200 KiB.' },
  INSTALL_REQUESTS_PER_ADDRESS_PER_MINUTE: {
    value: 600,
    unit: 'entries',
    why: 'A roll-out of two machines a second from one office (ACTIVATIONS_PER_ADDRESS_PER_MINUTE), each with its page, script and archive, twice over.',
  },
  DOWNLOADS_AT_ONCE: {
    value: 256,
    unit: 'entries',
    why: 'The computers of an office that are set up in one go; each holds a block of DOWNLOAD_BLOCK_BYTES at most, together 64 MiB if no two of them are at the same place.',
  },
  DOWNLOAD_PIECE_BYTES: {
    value: 65_536,
    unit: 'bytes',
    why: 'As much as a relayed message has at most, so that one piece delays forwarding by no more than one message does.',
  },
  DOWNLOAD_BLOCK_BYTES: {
    value: 262_144,
    unit: 'bytes',
    why: 'Read at once and sent in four pieces: a read wakes another thread, which on a full processor takes as long as sealing 64 KiB.',
  },
  DOWNLOAD_BLOCKS_KEPT: {
    value: 32,
    unit: 'entries',
    why: 'Shared by all that download the same file: 8 MiB, over which two hundred downloads that began within a second are spread.',
  },
  DOWNLOAD_BYTES_PER_SECOND_BESIDE: {
    value: 8_388_608,
    unit: 'bytes',
    why: 'All downloads together while the relay forwards: a twentieth of the 1.3 Gbit/s that it forwards on a small computer which it shares, as a byte of either costs about the same; an installer of 150 MB every 18 seconds.',
  },
  FORWARDING_BYTES_PER_SECOND: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'From here on the relay counts as forwarding: an idle network of ten thousand machines makes a fifth of it.',
  },
  INSTALLER_NAME_MAX_CHARACTERS: {
    value: 240,
    unit: 'characters',
    why: 'A file name has at most 255 characters on Windows; browsers and people put “ (1)” and “Copy of ” to it.',
  },
  TOKEN_USES_SHOWN: {
    value: 1_000,
    unit: 'entries',
    why: 'The latest machines that came by one token; all of a roll-out, and still one answer of some 150 KiB.',
  },
} as const satisfies Record<string, Limit>;
