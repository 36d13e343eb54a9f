/**
 * Every number that bounds something, with its unit and where it comes from. docs/limits.md is printed
 * from here and a test keeps the two equal. Files take the number from here and nowhere else: those of each part
 * stand in a file of their own that this one takes in.
 */

import { ACCESS_LIMITS } from './access-limits.ts';
import { ADAPTER_LIMITS } from './adapter-limits.ts';
import { CONNECTION_LIMITS } from './connection-limits.ts';
import { DNS_LIMITS } from './dns-limits.ts';
import { DOMAIN_LIMITS } from './domain-limits.ts';
import { LOCAL_LIMITS } from './local-limits.ts';
import { LOCK_LIMITS } from './lock-limits.ts';
import { MESSAGE_LIMITS } from './message-limits.ts';
import { PATH_LIMITS } from './path-limits.ts';
import { PROXY_LIMITS } from './proxy-limits.ts';
import { RELAY_LIMITS } from './relay-limits.ts';
import { RESOLVER_LIMITS } from './resolver-limits.ts';
import { ROLE_LIMITS } from './role-limits.ts';
import { SENDING_LIMITS } from './sending-limits.ts';
import { SESSION_LIMITS } from './session-limits.ts';
import { UPKEEP_LIMITS } from './upkeep-limits.ts';
import { USERSPACE_LIMITS } from './userspace-limits.ts';
import { WATCHING_LIMITS } from './watching-limits.ts';

export interface Limit {
  readonly value: number;
  readonly unit:
    | 'bytes'
    | 'µs'
    | 'ms'
    | 's'
    | 'messages'
    | 'frames'
    | 'packets'
    | 'entries'
    | 'characters'
    | 'times'
    | 'per second';
  /** Derivation: why this number and not another. */
  readonly why: string;
}

export const LIMITS = {
  ...MESSAGE_LIMITS,
  ...SESSION_LIMITS,
  ...SENDING_LIMITS,
  ...CONNECTION_LIMITS,
  ...ADAPTER_LIMITS,
  ...PATH_LIMITS,
  ...PROXY_LIMITS,
  ...RELAY_LIMITS,
  ...ACCESS_LIMITS,
  ...RESOLVER_LIMITS,
  ...DOMAIN_LIMITS,
  ...DNS_LIMITS,
  ...LOCAL_LIMITS,
  ...LOCK_LIMITS,
  ...USERSPACE_LIMITS,
  ...ROLE_LIMITS,
  ...UPKEEP_LIMITS,
  ...WATCHING_LIMITS,
} as const satisfies Record<string, Limit>;
