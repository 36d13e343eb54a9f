/**
 * The part of the limits that bounds role instances and the files that configure them. Taken in by limits.ts,
 * from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const ROLE_LIMITS = {
  ROLE_FILE_MAX_BYTES: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'Of a service definition, service configuration or settings file: 25 roles (the most that the original let a service have) with 150 settings of 250 bytes each.',
  },
  ROLE_FILE_DEPTH_MAX: {
    value: 32,
    unit: 'entries',
    why: 'Elements inside each other: the schemas of the original go nine deep, and what reads them must not run out of stack.',
  },
  ROLE_SETTING_MAX_CHARACTERS: {
    value: 4_096,
    unit: 'characters',
    why: 'The longest honest value is a list of a hundred administrators of 40 characters each.',
  },
  ROLE_CONNECTIVITY_TIMEOUT_MS: {
    value: 60_000,
    unit: 'ms',
    why: 'How long a command waits for connectivity unless ConnectivityTimeout says otherwise: an instance connects in a second or two; a minute also covers a relay that restarts and a network that comes up late, and is under the patience of service managers (systemd: 90 s).',
  },
  ROLE_GOODBYE_TIMEOUT_MS: {
    value: 5_000,
    unit: 'ms',
    why: 'How long an instance tries to say goodbye after its command has ended: one round trip as a rule, else a new connection. Container engines kill 10 s after they have asked to stop; half of that is the command’s.',
  },
  INSTANCE_GONE_MS: {
    value: 900_000,
    unit: 'ms',
    why: 'How long after its last connection a role instance that said no goodbye is removed from the directory: longer than a restart with updates or an outage that a cloud repairs by itself, so that it is the same machine afterwards; short enough that a role whose instances crash does not fill a page. The server’s `--instances-gone-after` sets another.',
  },
} as const satisfies Record<string, Limit>;
