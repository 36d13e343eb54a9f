/**
 * The part of the catalogue for whoever keeps a relay server running: its database, its backups, its limits.
 * Taken in by errors.ts, from which everybody has it.
 */
import type { CatalogueEntry } from './errors.ts';

export const UPKEEP_ERRORS = {
  DATABASE_LOCKED: {
    what: 'Another program holds the database {path} locked.',
    remedy: 'End that program (see `fuser {path}`); nothing was changed, and the request can simply be repeated.',
    http: 503,
  },
  BACKUP_UNUSABLE: {
    what: 'The backup {path} can not be used: {issue}.',
    remedy: 'Take another one; `causeway-relay check` names those that are there. Nothing was changed.',
    http: 500,
  },
  BACKUP_OVERDUE: {
    what: 'The last backup of {directory} is {age}.',
    remedy: 'Look into the server’s log for why it made none, and make one now with `causeway-relay backup`.',
    http: 500,
  },
  DESCRIPTORS_EXHAUSTED: {
    what: 'The server has {used} of {most} file descriptors in use, so it takes no more connections.',
    remedy:
      'Raise the limit (`LimitNOFILE=` of the service) and restart it, or find out who opens so many connections.',
    http: 503,
  },
  REQUESTS_SLOW: {
    what: 'Since {since} the server has ended {count} connections that sent a request too slowly, {most} of them from {line}, the last at {last}.',
    remedy:
      'Nothing has to be done: each is ended in time, and others are served beside them; if it goes on, keep {line} out by a firewall.',
    http: 408,
  },
  SERVER_RESTARTED: {
    what: 'The server was started at {at}, {ago}; the one before {end}; {back}.',
    remedy:
      'Nothing has to be done: machines come back by themselves within a minute; if nobody has restarted it, the logs of the server and its service tell why it ended.',
    http: 503,
  },
  CERTIFICATE_EXCHANGED: {
    what: 'The server has had another certificate since {at}, for the same key.',
    remedy:
      'Nothing has to be done: tokens and machines go by the key; only a browser that was told to trust the certificate asks again.',
    http: 409,
  },
  SERVER_KEY_CHANGED: {
    what: 'The server has had another key since {at}, and no token and no machine of before trusts it.',
    remedy:
      'Put the key of before back, for example from a backup; otherwise make new tokens and activate every machine again.',
    http: 409,
  },
  SERVER_NOT_RUNNING: {
    what: 'No relay server runs on the data in {directory}.',
    remedy: 'Start it with `causeway-relay serve`, or its service with systemctl.',
    http: 503,
  },
  SERVER_SILENT: {
    what: 'The server at {server} accepts connections, and then says nothing.',
    remedy:
      'Its process hangs or is stopped: look at it with `causeway-relay check` on the server, and restart it if that says the same.',
    http: 504,
  },
} as const satisfies Record<string, CatalogueEntry>;
