/**
 * The part of the limits that bounds joining an Active Directory domain. Taken in by limits.ts, from which
 * everybody has it.
 */
import type { Limit } from './limits.ts';

export const DOMAIN_LIMITS = {
  DOMAIN_CLOCK_SKEW_MAX_S: {
    value: 300,
    unit: 's',
    why: 'What Active Directory and Kerberos allow between two clocks unless told otherwise (RFC 4120 §1.6; “Maximum tolerance for computer clock synchronization”).',
  },
  DOMAIN_ASK_TIMEOUT_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'Finding a domain controller: Samba tries those that it knows one after another, some seconds each.',
  },
  DOMAIN_JOIN_TIMEOUT_MS: {
    value: 120_000,
    unit: 'ms',
    why: 'A join takes 4 s over the tunnel; over a satellite line, with some 60 round trips of 700 ms, three quarters of a minute.',
  },
  DOMAIN_WINBIND_START_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'It answers within a second of its start; it may wait for a first domain controller that is silent.',
  },
  DOMAIN_WINBIND_RESTART_MS: {
    value: 5_000,
    unit: 'ms',
    why: 'Before a winbindd that ended is started again: no user is missed for long, and one that can not run does not spin.',
  },
} as const satisfies Record<string, Limit>;
