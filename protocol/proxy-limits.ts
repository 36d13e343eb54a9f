/**
 * The part of the limits that bounds what stands between a computer and its server: proxies and their
 * configuration. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const PROXY_LIMITS = {
  PROXY_ANSWER_MAX_BYTES: {
    value: 16_384,
    unit: 'bytes',
    why: 'Head of a proxy’s answer to CONNECT, with everything it says about authentication; Node’s own HTTP client takes as much.',
  },
  PROXY_ANSWER_MS: {
    value: 8_000,
    unit: 'ms',
    why: 'How long a proxy has to accept a connection, and then to answer CONNECT: less than the 10 s that an attempt has, so that the proxy is named and not the server.',
  },
  PAC_MAX_BYTES: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'Of a proxy auto-configuration file: browsers stop at 1 MiB, and the longest ones of companies have some hundred KiB.',
  },
  PAC_TIMEOUT_MS: {
    value: 4_000,
    unit: 'ms',
    why: 'To fetch a proxy auto-configuration file, and then to run it: it may look up names, and the attempt to connect that waits for it has 10 s.',
  },
  PAC_MEMORY_MAX_BYTES: {
    value: 33_554_432,
    unit: 'bytes',
    why: 'What a proxy auto-configuration file may use while it runs: 32 times the longest file; one that wants more is at fault.',
  },
  PAC_PROXIES_MAX: {
    value: 8,
    unit: 'entries',
    why: 'Proxies tried of an auto-configuration’s answer; real ones name two or three.',
  },
  NO_PROXY_ENTRIES_MAX: {
    value: 500,
    unit: 'entries',
    why: 'Of NO_PROXY that are looked at: large companies have some dozens.',
  },
} as const satisfies Record<string, Limit>;
