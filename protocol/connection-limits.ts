/**
 * The part of the limits for the connections to control plane and relay, and for how long their statements hold.
 * Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const CONNECTION_LIMITS = {
  GRANT_LIFETIME_S: {
    value: 3_600,
    unit: 's',
    why: 'How long a pair may go on while the control plane is away; re-asked at half-life.',
  },
  TICKET_LIFETIME_S: {
    value: 600,
    unit: 's',
    why: 'How long a removed machine may still hold a connection to a relay that the control plane can not tell.',
  },
  TICKET_RETRY_MS: {
    value: 15_000,
    unit: 'ms',
    why: 'How soon a new ticket is asked for again when the control plane did not answer: twenty times in the half of its life that is left. Nobody else asks meanwhile, and a connection whose ticket ends is a disturbance for nothing.',
  },
  CLOCK_SKEW_WARN_MS: {
    value: 60_000,
    unit: 'ms',
    why: 'Far over what NTP leaves and under what breaks certificates elsewhere on the machine.',
  },
  CHALLENGE_LIFETIME_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'An agent answers a challenge at once; this covers a machine that wakes from sleep in between.',
  },

  DNS_TTL_S: {
    value: 10,
    unit: 's',
    why: 'How long a program may go by an answer after the policy changed; the tunnel itself is cut within a second.',
  },
  CONTROL_TIMEOUT_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'A request answered later than this is of no use to a waiting DNS query (resolvers give up after 5–10 s).',
  },
  PING_INTERVAL_MS: {
    value: 15_000,
    unit: 'ms',
    why: 'Under the shortest common NAT and proxy idle time-outs (30 s); a dead path is found within it and the time-out below.',
  },
  PING_TIMEOUT_MS: {
    value: 5_000,
    unit: 'ms',
    why: 'A relay round trip is well under a second; five seconds of silence are a dead path.',
  },
  UNANSWERED_PROBE_MS: {
    value: 500,
    unit: 'ms',
    why: 'How long after something was sent, with nothing coming back, the relay or the server is asked for a sign of life: over most round trips, so a conversation asks nothing, and one-way traffic twice a second.',
  },
  PING_DOUBT_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'An answer that takes longer is no proof any more: the part is shown as being tried, not as working. Long enough for one lost packet and its repetition on any path on the ground.',
  },
  NETWORK_CHANGE_PATIENCE_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'How long, after this computer’s way out has changed, a connection made before may take to prove itself until a new one is made. A connection through another gateway can not live, and a new one is there in four round trips; so a change costs less than two seconds.',
  },
  RECONNECT_MIN_MS: { value: 250, unit: 'ms', why: 'First retry: a relay restart takes about this long.' },
  RECONNECT_MAX_MS: {
    value: 15_000,
    unit: 'ms',
    why: 'With full jitter, 10,000 agents make about 1,300 attempts a second at a server that comes back.',
  },
  AGENT_SOCKET_HIGH_WATER_BYTES: {
    value: 262_144,
    unit: 'bytes',
    why: 'Above this much unsent in the socket, packets wait in their peers’ queues, where they have fair turns and small ones pass; four super-packets, beside what the kernel holds, keep it from running dry between two turns.',
  },
  AGENT_SOCKET_MAX_BYTES: {
    value: 655_360,
    unit: 'bytes',
    why: 'A full socket (AGENT_SOCKET_HIGH_WATER_BYTES), the turn of the peer that filled it (PEER_TURN_BYTES) and its last super-packet, with half of one to spare. Packets never get so far; handshakes and the like, which nothing holds back, are dropped here, for they are repeated.',
  },
} as const satisfies Record<string, Limit>;
