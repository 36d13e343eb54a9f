/**
 * The part of the limits that bounds the agent's network without an adapter: the IP stack in its process, and what
 * programs on this computer may ask of it through localhost. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const USERSPACE_LIMITS = {
  USERSPACE_MEMORY_MAX_BYTES: {
    value: 268_435_456,
    unit: 'bytes',
    why: 'The IP stack’s own memory, which can not grow beyond: what all connections may have on its way out (USERSPACE_WINDOW_BYTES for 64 of them, USERSPACE_SMALL_WINDOW_BYTES for the others, 120 MiB) and as much again for headers and what came out of order.',
  },
  USERSPACE_WINDOW_BYTES: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'What one connection may have waiting each way: 80 Mbit/s over 100 ms, 1.6 Gbit/s over 5 ms. The stack was built with it (TCP_WND).',
  },
  USERSPACE_LARGE_WINDOWS: {
    value: 64,
    unit: 'entries',
    why: 'Connections that get the large window; later ones, while these last, get the small one. 64 MiB each way.',
  },
  USERSPACE_SMALL_WINDOW_BYTES: {
    value: 131_072,
    unit: 'bytes',
    why: 'For the other connections: 10 Mbit/s over 100 ms each. 448 of them hold 56 MiB.',
  },
  USERSPACE_CONNECTIONS_MAX: {
    value: 512,
    unit: 'entries',
    why: 'TCP connections at once, of all forwards, proxies and exposed ports; a web application’s pool of 100 for each of five instances’ worth. One more is refused with its reason.',
  },
  USERSPACE_OUTPUT_MAX_BYTES: {
    value: 2_097_152,
    unit: 'bytes',
    why: 'What the stack may send in one turn of the event loop: two windows. What does not fit is sent in the next turn.',
  },
  USERSPACE_UDP_FLOWS_MAX: {
    value: 256,
    unit: 'entries',
    why: 'Pairs of a local program and a machine that speak by UDP; the one that was silent for longest makes room.',
  },
  USERSPACE_UDP_IDLE_MS: {
    value: 120_000,
    unit: 'ms',
    why: 'A pair that has said nothing for so long is forgotten; what NATs keep for UDP (RFC 4787 §4.3).',
  },
  USERSPACE_CONNECT_MS: {
    value: 20_000,
    unit: 'ms',
    why: 'A machine that is there answers in a round trip, after a relay restart in some seconds; programs give up after 30.',
  },
  USERSPACE_OTHER_FAMILY_MS: {
    value: 250,
    unit: 'ms',
    why: 'How long IPv6 is tried before IPv4 is tried as well (RFC 8305 §5): a computer with IPv6 switched off is silent.',
  },
  USERSPACE_GREETING_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'A program that has connected to a proxy says at once where it wants to go.',
  },
  USERSPACE_REQUEST_MAX_BYTES: {
    value: 16_384,
    unit: 'bytes',
    why: 'The head of an HTTP CONNECT: one line and some headers; what web servers take. A SOCKS request has 262 bytes.',
  },
} as const satisfies Record<string, Limit>;
