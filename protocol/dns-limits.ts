/**
 * Limits of on-premises DNS suffixes: how many there may be, and how their questions are passed on. Part of
 * LIMITS (limits.ts), from where everybody takes them; a file of its own as that one is long.
 */
import type { Limit } from './limits.ts';

export const DNS_LIMITS = {
  DNS_ROUTES_MAX: {
    value: 32,
    unit: 'entries',
    why: 'On-premises suffixes of a subscription: the domains of a forest and their reverse zones. With all their addresses they are a tenth of a control message.',
  },
  DNS_ROUTE_SERVERS_MAX: {
    value: 4,
    unit: 'entries',
    why: 'DNS servers of one suffix. Three is what the C library asks, one more than most sites have.',
  },
  DNS_SUFFIX_MAX_CHARACTERS: {
    value: 253,
    unit: 'characters',
    why: 'The longest name that fits into 255 bytes on the wire (RFC 1035 §3.1).',
  },
  DNS_FORWARD_NEXT_MS: {
    value: 800,
    unit: 'ms',
    why: 'After this long without an answer the next address is asked as well: a first packet over the tunnel waits for two round trips to the relay, and four addresses have their turn before DNS_LOOKUP_TIMEOUT_MS.',
  },
} as const satisfies Record<string, Limit>;
