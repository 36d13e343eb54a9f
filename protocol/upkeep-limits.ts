/**
 * The part of the limits that bounds what a server does to stay well: backups, waiting for its database, and room
 * that it keeps free. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const UPKEEP_LIMITS = {
  BACKUP_EVERY_MS: {
    value: 86_400_000,
    unit: 'ms',
    why: 'A day of changes of a policy can be made again from memory; a backup of 10,000 machines takes a second. `--backup-every` sets another.',
  },
  BACKUP_RETRY_MS: {
    value: 3_600_000,
    unit: 'ms',
    why: 'After a backup that failed, for example on a full disk: it is tried 23 times before the next one would be due.',
  },
  BACKUPS_KEPT_MAX: {
    value: 7,
    unit: 'entries',
    why: 'A week, so that a mistake made on Friday is found on Monday.',
  },
  BACKUPS_MAX_BYTES: {
    value: 2_147_483_648,
    unit: 'bytes',
    why: 'Of all automatic backups together; the oldest go first, and the newest always stays. A server of 10,000 machines has some 20 MB.',
  },
  DATABASE_LOCKED_MS: {
    value: 5_000,
    unit: 'ms',
    why: 'How long a change waits for another program that writes (reset-admin, a backup by hand): their transactions take milliseconds. Less than the 10 s that agents and the portal wait.',
  },
  DISK_FREE_MIN_BYTES: {
    value: 67_108_864,
    unit: 'bytes',
    why: '`causeway-relay check` warns below it: a day’s growth of a large server with its write-ahead log, three times over.',
  },
  OBSERVED_EVERY_MS: {
    value: 5_000,
    unit: 'ms',
    why: 'How old what `causeway-relay check` tells of the running server may be; a write of half a kilobyte, and only when something has changed.',
  },
  NEWS_LAST_MS: {
    value: 900_000,
    unit: 'ms',
    why: 'How long a restart, and requests that were too slow, are told of: who saw an effect of it asks within a quarter of an hour.',
  },
  CERTIFICATE_NEWS_MS: {
    value: 604_800_000,
    unit: 'ms',
    why: 'How long an exchanged certificate or key is told of: a week, in which everybody has used the portal or a machine.',
  },
  SLOW_LINES_MAX: {
    value: 1_000,
    unit: 'entries',
    why: 'Lines that slow requests are counted by, some 100 bytes each; an attacker can have more, which are then counted together only.',
  },
  DESCRIPTORS_RESERVED_MAX: {
    value: 64,
    unit: 'entries',
    why: 'File descriptors that connections may not take: database and its log (3), files of the portal under way, a backup (4), resolver and logs; with room.',
  },
} as const satisfies Record<string, Limit>;
