/**
 * The part of the limits for packets on their way into the tunnel: the window and the queue of each peer, and what
 * waits for a look-up. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const SENDING_LIMITS = {
  WINDOW_FIRST_BYTES: {
    value: 65_536,
    unit: 'bytes',
    why: 'Under way to a peer before its path is known: one super-packet, which a line of 5 Mbit/s carries in 100 ms. It doubles with every round trip.',
  },
  WINDOW_MIN_BYTES: {
    value: 32_768,
    unit: 'bytes',
    why: 'Twice what a peer takes before it must acknowledge (ACKNOWLEDGE_EVERY_BYTES), so that the two never wait for each other; 52 ms of a line of 5 Mbit/s.',
  },
  WINDOW_MODEST_MS: {
    value: 100,
    unit: 'ms',
    why: 'What may be under way of a slow transfer, up to WINDOW_MODEST_BYTES: fifty at once wait for each other longer than for the path, and starved below it (259 Mbit/s together); a line of 5 Mbit/s has a queue of 100 ms then.',
  },
  WINDOW_MODEST_BYTES: {
    value: 524_288,
    unit: 'bytes',
    why: 'Eight super-packets, whatever the rate says: with fewer on their way to each of fifty peers their programs woke for little at a time (0.8 Gbit/s together with half of it, 1.2 with this, 1.4 with twice as much, at less fairness).',
  },
  WINDOW_MAX_BYTES: {
    value: 16_777_216,
    unit: 'bytes',
    why: 'Twice 1 Gbit/s over 67 ms; a path that is longer and faster than that is limited by it.',
  },
  WINDOW_SLACK_US: {
    value: 1_250,
    unit: 'µs',
    why: 'What may be under way beyond one round trip, or a second one if that is more: it keeps three programs busy that take turns on few processors, and is the queue that a bulk transfer makes. Ping beside one stream over two cores, p95 of four runs each in turn: 1 ms 3.6 ms and 1.6 Gbit/s, 1.5 ms 5.2 and 1.8, two round trips and 3 ms 11 and 2.1; with a cheaper relay, six runs each in turn: 1 ms 3.2 and 2.2, 1.5 ms 4.4 and 2.5. Between the two.',
  },
  WINDOW_STEP_BYTES: {
    value: 131_072,
    unit: 'bytes',
    why: 'A window that is nearly shut opens again by this much at least, or by a quarter of its size: two whole super-packets instead of a trickle of small messages.',
  },
  WINDOW_STUCK_MS: {
    value: 200,
    unit: 'ms',
    why: 'A shut window opens after this long without a word: twice the delay of an acknowledgement and a pause of a busy computer.',
  },
  ACKNOWLEDGE_EVERY_BYTES: {
    value: 16_384,
    unit: 'bytes',
    why: 'A peer is told of this much within a millisecond, and mostly for nothing, in a message that goes its way anyhow (TCP acknowledges about as often).',
  },
  ACKNOWLEDGE_SOON_MS: {
    value: 1,
    unit: 'ms',
    why: 'The time in which a message that can take the acknowledgement along is waited for, when much has come; the shortest that a timer has.',
  },
  ACKNOWLEDGE_DELAY_MS: {
    value: 5,
    unit: 'ms',
    why: 'The same when little has come: a line of 5 Mbit/s brings two packets in it.',
  },
  ACKNOWLEDGE_FROM_BYTES: {
    value: 4_096,
    unit: 'bytes',
    why: 'For less, no message of its own is sent: pings and keystrokes would cost twice. An eighth of the smallest window, so it never shuts one.',
  },
  PEER_QUEUE_MAX_BYTES: {
    value: 4_194_304,
    unit: 'bytes',
    why: 'Packets that wait for a peer’s window: the product of 1 Gbit/s and 30 ms, as at the relay (RELAY_QUEUE_MAX_BYTES).',
  },
  TUNNEL_QUEUE_MAX_BYTES: {
    value: 67_108_864,
    unit: 'bytes',
    why: 'All peers’ queues together, sixteen full ones: what an agent may cost a small server. Over it, the peer that holds the most loses first.',
  },
  PEER_TURN_BYTES: {
    value: 262_144,
    unit: 'bytes',
    why: 'What a peer may send before it is the next one’s turn on a full link: as much as the socket takes at once (AGENT_SOCKET_HIGH_WATER_BYTES), so that each time it drains one peer sends whole messages.',
  },
  LINK_DRAINS_PER_TURN: {
    value: 4,
    unit: 'times',
    why: 'How often the link may have taken everything (each time a socketful, AGENT_SOCKET_HIGH_WATER_BYTES) before adapter and relay are read again. Without, the server of fifty transfers turned thirty times a second: packets waited in the kernel’s queue, in no order but its own, 3 % of them were dropped there, a ping took 380 ms and fairness was 0.92; now 25 ms and 0.999, at a throughput that differs by no more than the noise. With every drain in a turn of its own 17 ms, and a tenth slower.',
  },
  PEER_QUEUE_MAX_AGE_MS: {
    value: 500,
    unit: 'ms',
    why: 'Twice the relay’s (RELAY_QUEUE_MAX_AGE_MS), for here only the connection waits that is too fast; with 250 ms fifty bulk transfers at once lost so much that TCP sent small packets.',
  },
  QUEUED_PACKET_OVERHEAD_BYTES: {
    value: 256,
    unit: 'bytes',
    why: 'What a waiting packet costs beside its bytes (list entry, view, ArrayBuffer).',
  },
  FLOW_QUANTUM_BYTES: {
    value: 16_384,
    unit: 'bytes',
    why: 'What a connection sends in its turn, and what a new one may send before it counts as bulk: a page of text, and a quarter of a super-packet.',
  },
  URGENT_PACKET_MAX_BYTES: {
    value: 2_048,
    unit: 'bytes',
    why: 'What may pass a shut window: an ordinary packet of a connection that has sent little of late, never a super-packet.',
  },
  PENDING_PACKETS_PER_PEER: {
    value: 64,
    unit: 'packets',
    why: 'What an application sends before its first answer: a SYN or a few datagrams; more is stale by the time the session is up.',
  },
  PENDING_BYTES_PER_PEER: {
    value: 262_144,
    unit: 'bytes',
    why: 'Four super-packets.',
  },
  LOOKUPS_PENDING_MAX: {
    value: 256,
    unit: 'entries',
    why: 'Unknown addresses asked about at once; a port scanner on the machine makes thousands, and gets no more packets through.',
  },
  DENIED_FRESH_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'How long a refusal is gone by without asking again; a policy change ends it at once.',
  },
  UNANSWERED_FRESH_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'How long the control plane is left alone about an address after it gave no answer; a SYN is repeated after one second.',
  },
  PEERS_MAX: {
    value: 4_096,
    unit: 'entries',
    why: 'Peers one agent talks to at once; about 3 KiB each, 12 MiB in all.',
  },
} as const satisfies Record<string, Limit>;
