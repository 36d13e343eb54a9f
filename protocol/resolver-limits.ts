/**
 * The part of the limits for the resolver of names: questions, answers, and resolv.conf. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const RESOLVER_LIMITS = {
  DNS_QUERY_MAX_BYTES: {
    value: 4_096,
    unit: 'bytes',
    why: 'The longest name makes a query of 271 bytes; the rest is room for EDNS options (padding, cookies), and 4,096 is what old stubs allow.',
  },
  DNS_UDP_PAYLOAD_BYTES: {
    value: 1_232,
    unit: 'bytes',
    why: 'What the resolver says it takes by UDP: the smallest IPv6 MTU (1,280) less IPv6 and UDP headers (DNS flag day 2020).',
  },
  DNS_LOOKUPS_PENDING_MAX: {
    value: 256,
    unit: 'entries',
    why: 'Answers waiting for the control plane: 256 names a second at its slowest useful answer of 1 s; more is a loop in some program.',
  },
  DNS_LOOKUP_TIMEOUT_MS: {
    value: 4_000,
    unit: 'ms',
    why: 'Under the 5 s after which the C library asks the next server, so that it hears SERVFAIL instead of silence.',
  },
  DNS_TCP_CONNECTIONS_MAX: {
    value: 32,
    unit: 'entries',
    why: 'No answer needs TCP; a few programs insist on it (`options use-vc`), each with one connection at a time.',
  },
  DNS_TCP_IDLE_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'Twice the time a client waits before it repeats (RFC 7766 §6.2.3: seconds).',
  },
  DNS_NEGATIVE_TTL_S: {
    value: 1,
    unit: 's',
    why: 'A machine connected by the administrator is found at the next try, and a loop still asks once a second only.',
  },

  RESOLV_CONF_MAX_BYTES: {
    value: 65_536,
    unit: 'bytes',
    why: 'A resolv.conf has under 1 KiB; 64 times that is no resolv.conf.',
  },
  RESOLV_CONF_SETTLE_MS: {
    value: 200,
    unit: 'ms',
    why: 'A program that rewrites resolv.conf in several writes is done by then.',
  },
  RESOLV_CONF_REAPPLY_MAX_MS: {
    value: 300_000,
    unit: 'ms',
    why: 'Each foreign rewrite in a row doubles the wait before ours, from the settling time to here: two programs never fight for more than a moment.',
  },
  RESOLV_CONF_FIGHT_MS: {
    value: 3_000,
    unit: 'ms',
    why: 'A rewrite that follows ours within this time is an answer to it; a network that comes up makes its changes further apart, or before we are settled.',
  },
  OS_COMMAND_TIMEOUT_MS: {
    value: 10_000,
    unit: 'ms',
    why: '`ip` and `resolvectl` answer in milliseconds; a D-Bus call that hangs must not hang the agent.',
  },
} as const satisfies Record<string, Limit>;
