/**
 * The part of the limits for the relay and for what strangers may ask of the server. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const RELAY_LIMITS = {
  RELAY_QUEUE_MAX_BYTES: {
    value: 4_194_304,
    unit: 'bytes',
    why: 'Per destination: the product of 1 Gbit/s and 30 ms, a wide-area path at full speed.',
  },
  RELAY_QUEUE_MAX_AGE_MS: {
    value: 250,
    unit: 'ms',
    why: 'Older packets have been sent again by TCP already; delivering them only adds delay.',
  },
  RELAY_QUEUE_FRAME_OVERHEAD_BYTES: {
    value: 256,
    unit: 'bytes',
    why: 'What a waiting frame costs beside its bytes (list node, view, ArrayBuffer); charged, so that a queue full of tiny frames is bounded too.',
  },
  RELAY_SOCKET_HIGH_WATER_BYTES: {
    value: 262_144,
    unit: 'bytes',
    why: 'What may sit in one destination’s socket, out of reach of the fair queue: four large frames. With 512 KiB a line of 5 Mbit/s held 890 ms of it before senders kept windows; with 64 KiB every large frame fills the socket and takes the way through the queue.',
  },
  RELAY_SOCKET_HIGH_WATER_FRAMES: {
    value: 1_024,
    unit: 'frames',
    why: 'A small frame in a socket keeps the 16 KiB TLS record alive that it came in: 16 MiB at most for one destination that stopped reading.',
  },
  RELAY_GATHER_BELOW_BYTES: {
    value: 4_096,
    unit: 'bytes',
    why: 'Smaller frames for one machine that came together are copied into one write: a TLS record and a system call cost some 5 µs, copying 4 KiB under one.',
  },
  RELAY_GATHERED_MAX_BYTES: {
    value: 65_536,
    unit: 'bytes',
    why: 'Four TLS records: more in one write saves nothing more.',
  },
  FREE_BUFFERS_MAX_BYTES: {
    value: 67_108_864,
    unit: 'bytes',
    why: 'What is kept for reuse at most: as much as all queues of an agent hold (TUNNEL_QUEUE_MAX_BYTES). A server of fifty that kept 4 MiB took a third of its processor time to collect the rest as garbage.',
  },
  FREE_BUFFERS_LOOK_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'Buffers that were free for so long are left to the collector, at most twice as long after the traffic has ended; a pause of some seconds in a transfer makes none anew.',
  },
  RELAY_SOURCES_PER_DESTINATION: {
    value: 1_024,
    unit: 'entries',
    why: 'Sources with frames waiting for one destination, at 4 KiB each of its queue; a frame of one more is dropped. As many are remembered to be told when the destination disconnects.',
  },
  RELAY_REPLIES_PER_SECOND: {
    value: 64,
    unit: 'per second',
    why: 'PONG and PEER_GONE answers to one connection: an honest machine pings every 15 s and looks for a few absent peers at a time; what is over it is not answered.',
  },
  RELAY_PEER_GONE_INTERVAL_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'A sender is told once a second that a peer is absent, however many frames it sends there; as fast as a first TCP retransmission.',
  },
  SCAVENGE_EVERY_BYTES: {
    value: 2_097_152,
    unit: 'bytes',
    why: 'Taken anew for frames by relay or agent (both read and write in buffers that they use again), or read by a relay whose Node lends it no buffer, between two collections of young garbage. Each byte is held about three times outside the heap, and V8 collects everything when that and the old heap pass about twice the old heap (23 MB here). Over a tunnel, single runs on a noisy machine: 1 MiB 2.6 Gbit/s, 2 MiB 2.9, 4 MiB 2.7, 8 MiB 1.9 to 2.3; 1 to 4 MiB differ by no more than the noise.',
  },
  RELAY_CLOSE_GRACE_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'How long a relay that stops waits for good-byes: several round trips, and under the patience of a service manager.',
  },
  CONNECTIONS_PER_MACHINE: {
    value: 2,
    unit: 'entries',
    why: 'A machine has one relay connection; the second is its successor during a reconnect.',
  },
  UNAUTHENTICATED_PER_ADDRESS: {
    value: 64,
    unit: 'entries',
    why: 'An office behind one NAT address reconnecting at once: authentication takes milliseconds, so 64 at a time serve thousands.',
  },
  ACTIVATIONS_PER_ADDRESS_PER_MINUTE: {
    value: 120,
    unit: 'entries',
    why: 'A roll-out of two machines a second from one office; a guesser needs 2^159 tries.',
  },
  SECRET_TRIES_PER_ADDRESS_PER_MINUTE: {
    value: 10,
    unit: 'entries',
    why: 'A person copying a secret makes few mistakes; a guesser needs 2^128 tries.',
  },
} as const satisfies Record<string, Limit>;
