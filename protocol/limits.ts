/**
 * Every number that bounds something, with its unit and where it comes from. docs/limits.md is printed
 * from here and a test keeps the two equal. Files take the number from here and nowhere else. Those of one part may
 * stand in a file of their own that this one takes in.
 */
import { ACCESS_LIMITS } from './access-limits.ts';
import { DNS_LIMITS } from './dns-limits.ts';
import { DOMAIN_LIMITS } from './domain-limits.ts';
import { LOCAL_LIMITS } from './local-limits.ts';
import { LOCK_LIMITS } from './lock-limits.ts';
import { ROLE_LIMITS } from './role-limits.ts';
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
    | 'per second';
  /** Derivation: why this number and not another. */
  readonly why: string;
}

/** A record's IP packet can be a TSO super-packet: the IPv4 and IPv6 length fields end at 65,535. */
const PACKET_MAX = 65_535;
/** type(1) length(3), then a virtio_net_hdr of 10 bytes. */
const RECORD_HEADER = 14;
const PLAINTEXT_MAX = 66_560;
/** type(1) receiverIndex(4) counter(8) … tag(16). */
const DATA_OVERHEAD = 29;
/** type(1) peer(16). */
const FRAME_HEADER = 17;

export const LIMITS = {
  PACKET_MAX_BYTES: {
    value: PACKET_MAX,
    unit: 'bytes',
    why: 'The 16-bit length fields of IPv4 (RFC 791 §3.1) and IPv6 (RFC 8200 §3) end here.',
  },
  TUNNEL_PLAINTEXT_MAX_BYTES: {
    value: PLAINTEXT_MAX,
    unit: 'bytes',
    why: `One super-packet with its record header (${PACKET_MAX} + ${RECORD_HEADER}), rounded up to 65 KiB, so that small packets can share what is left.`,
  },
  RELAY_FRAME_MAX_BYTES: {
    value: PLAINTEXT_MAX + DATA_OVERHEAD + FRAME_HEADER,
    unit: 'bytes',
    why: `The largest tunnel message (${PLAINTEXT_MAX} + ${DATA_OVERHEAD}) behind a frame header of ${FRAME_HEADER}.`,
  },
  WEBSOCKET_FRAGMENTS_MAX: {
    value: 16,
    unit: 'entries',
    why: 'Our messages come in one frame; a few more are let through for proxies that cut messages, not so many that parts outweigh the whole.',
  },
  CONTROL_MESSAGE_MAX_BYTES: {
    value: 65_536,
    unit: 'bytes',
    why: 'The largest honest message is a list of 200 peers at about 250 bytes each; longer lists are paged.',
  },
  REST_BODY_MAX_BYTES: {
    value: 65_536,
    unit: 'bytes',
    why: 'The largest honest body assigns 1,000 machines to a group at 35 bytes an id.',
  },
  CHANGES_BODY_MAX_BYTES: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'CHANGE_MACHINES_MAX machines by their ids take 350 KiB; a policy of 500 groups and 2,000 connections as a file takes 200 KiB.',
  },
  CHANGES_MAX: {
    value: 5_000,
    unit: 'entries',
    why: 'A whole policy of 500 groups and 2,000 connections applied to an empty subscription, twice over.',
  },
  CHANGE_MACHINES_MAX: {
    value: 10_000,
    unit: 'entries',
    why: 'Everything that the table of computers can select at once, in one change that is done or not.',
  },
  AUDIT_MACHINES_MAX: {
    value: 500,
    unit: 'entries',
    why: 'Names of machines in one audit entry, 15 KiB of them; of a change of more, the others are only counted.',
  },
  INSTANCE_COUNTS_MAX: {
    value: 1_000,
    unit: 'entries',
    why: 'Points kept of how many instances each role had: more than a chart has pixels, and 50 KiB a role.',
  },
  REST_TIMEOUT_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'How long the command line waits for an answer: the largest change there is takes a second or two.',
  },
  PASSWORD_MIN_CHARACTERS: {
    value: 12,
    unit: 'characters',
    why: 'NIST SP 800-63B asks for 8 beside a second factor and 15 without; sign-ins are rate-limited and the hash is slow.',
  },
  PASSWORD_MAX_CHARACTERS: {
    value: 256,
    unit: 'characters',
    why: 'Longer than any passphrase; bounds what is hashed for somebody who has not signed in.',
  },
  TOKEN_MAX_CHARACTERS: {
    value: 512,
    unit: 'characters',
    why: 'A token with a server URL of 255 characters has 443.',
  },
  HANDSHAKE_MESSAGE_MAX_BYTES: {
    value: 8_192,
    unit: 'bytes',
    why: 'IKhfs init carries e (32), an ML-KEM-768 key (1,184 + 16), s (48) and a grant of at most 5,632 bytes with its tag.',
  },
  GRANT_MAX_CHARACTERS: {
    value: 5_632,
    unit: 'characters',
    why: 'Two machines with 63-character names make a JWT of about 1,300 characters; in a locked subscription each has a certificate of at most 1,500 beside it, in base64url once more.',
  },
  SYNC_PEERS_MAX: {
    value: 1_500,
    unit: 'entries',
    why: 'At 35 bytes an id a sync fits a control message with room to spare; an agent with more peers sends several.',
  },
  PEERS_PER_PAGE: { value: 200, unit: 'entries', why: 'Keeps a page under the cap of a control message.' },

  REKEY_AFTER_MS: {
    value: 120_000,
    unit: 'ms',
    why: 'WireGuard’s REKEY_AFTER_TIME: keys are gone two minutes after their last use was possible.',
  },
  REKEY_AFTER_MESSAGES: {
    value: 2 ** 22,
    unit: 'messages',
    why: 'With 65 KiB messages that is 2^38 bytes or 2^34 AES blocks under one key, under the 2^34.5 blocks that RFC 8446 §5.5 allows (2^24.5 records of 2^14 bytes).',
  },
  REJECT_AFTER_MS: {
    value: 180_000,
    unit: 'ms',
    why: 'WireGuard’s REJECT_AFTER_TIME: one missed rekey plus the time to repeat it.',
  },
  REJECT_AFTER_MESSAGES: {
    value: 2 ** 23,
    unit: 'messages',
    why: 'Twice the rekey mark, so that a rekey under load never stops the traffic.',
  },
  HANDSHAKE_RETRY_MS: {
    value: 2_000,
    unit: 'ms',
    why: 'Several round trips through a relay on the other side of the world (300 ms each).',
  },
  HANDSHAKE_GIVE_UP_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'Longer than a relay restart with reconnects; after it the queued packets are stale.',
  },
  HANDSHAKE_TIMESTAMP_SKEW_MS: {
    value: 90_000,
    unit: 'ms',
    why: 'Both clocks are corrected by the server’s to within a second; a relay may delay by its age bound.',
  },
  HANDSHAKE_ACCEPT_EVERY_MS: {
    value: 100,
    unit: 'ms',
    why: 'An honest machine sends one in HANDSHAKE_RETRY_MS; ten a second keep a hostile one, at about 1 ms each, under 1 % of a core.',
  },
  UNKNOWN_SESSION_EVERY_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'One hint is enough to start a handshake, which takes longer than this over a slow path.',
  },
  REVOCATION_MARGIN_MS: {
    value: 2_000,
    unit: 'ms',
    why: 'Grants count in whole seconds and clocks differ by up to one: a grant issued this shortly before a revocation may be the first one after it.',
  },
  HANDSHAKES_PENDING_MAX: {
    value: 256,
    unit: 'entries',
    why: 'Half-open answers waiting for a grant check; each holds about 4 KiB, so 1 MiB in all.',
  },
  KEEPALIVE_AFTER_MS: {
    value: 10_000,
    unit: 'ms',
    why: 'WireGuard’s KEEPALIVE_TIMEOUT: after received data and silence from us, tell the peer that we live.',
  },
  PEER_DEAD_AFTER_MS: {
    value: 15_000,
    unit: 'ms',
    why: 'Keepalive plus handshake retry plus a margin: data sent and nothing heard for this long starts a new handshake.',
  },
  SESSION_IDLE_CLOSE_MS: {
    value: 300_000,
    unit: 'ms',
    why: 'A pair that has not talked for five minutes costs no more rekeys; the next packet opens it again in one round trip.',
  },
  REPLAY_WINDOW_MESSAGES: {
    value: 8_192,
    unit: 'messages',
    why: 'WireGuard’s window; the relay keeps order, so only a reconnect ever reorders.',
  },
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
    value: 1_500,
    unit: 'µs',
    why: 'What may be under way beyond one round trip, or a second one if that is more: it keeps three programs busy that take turns on few processors, and is the queue that a bulk transfer makes. Ping beside one stream over two cores, p95 of four runs each in turn: 1 ms 3.6 ms and 1.6 Gbit/s, 1.5 ms 5.2 and 1.8, two round trips and 3 ms 11 and 2.1.',
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

  ADAPTER_MTU_BYTES: {
    value: 1_500,
    unit: 'bytes',
    why: 'Ethernet’s. Nothing outside bounds it, for the relay carries a byte stream; but the MTU sets the segment, and a bulk transfer over 20 Mbit/s and 40 ms left pings at 85 ms with 1,500, 116 ms with 9,000, 345 ms with 65,000 bytes (one transfer; with 16 at once 196 ms with 1,500, and 604 ms with 9,000 and a shorter adapter queue). Super-packets take most of what a large MTU could win: 11, 16 and 21 Gbit/s between two adapters without a tunnel, which itself carries a fraction of that.',
  },
  ADAPTER_BATCH_MAX_BYTES: {
    value: 262_144,
    unit: 'bytes',
    why: 'Four super-packets: what one adapter hands over in one turn.',
  },
  ADAPTER_DRAIN_MAX_BYTES: {
    value: 4_194_304,
    unit: 'bytes',
    why: 'Read from the adapter in one turn of the event loop: as much as a peer’s queue holds. What stays in the kernel’s queue is in no order but its own: there a ping waited 8 ms behind one bulk transfer.',
  },
  ADAPTER_BATCH_MAX_PACKETS: {
    value: 256,
    unit: 'packets',
    why: 'At 2–4 µs a packet through policy and cipher, at most a millisecond before sockets and timers have their turn.',
  },
  ADAPTER_QUEUE_PACKETS: {
    value: 16_384,
    unit: 'packets',
    why: 'What the kernel holds while the agent is not running (txqueuelen). The agent empties it at every turn into queues of its own that are fair and bounded; with 500, the kernel’s own default, a computer with fifty busy connections dropped 6 % of their packets here, in no order; with 8,192 and all fifty peers on the same two processors still 4 %.',
  },
  ADAPTER_SPLIT_MAX_PACKETS: {
    value: 1_366,
    unit: 'packets',
    why: 'A super-packet of 65,535 bytes at the smallest segment that Linux sends (TCP_MIN_SND_MSS, 48); a hostile offload header can ask for no more work.',
  },

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
  FREE_BUFFERS_MAX: {
    value: 64,
    unit: 'entries',
    why: 'Buffers of one large frame each that are kept for reuse, 4 MiB together: as many as a peer’s queue holds.',
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
    why: 'Moved between two collections of young garbage. Each byte is held about three times outside the heap, and V8 collects everything when that and the old heap pass about twice the old heap (23 MB here). Over a tunnel, single runs on a noisy machine: 1 MiB 2.6 Gbit/s, 2 MiB 2.9, 4 MiB 2.7, 8 MiB 1.9 to 2.3; 1 to 4 MiB differ by no more than the noise.',
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
  ...ACCESS_LIMITS,
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

  ...DOMAIN_LIMITS,
  ...DNS_LIMITS,
  ...LOCAL_LIMITS,
  ...LOCK_LIMITS,
  ...USERSPACE_LIMITS,
  ...ROLE_LIMITS,
  ...WATCHING_LIMITS,
} as const satisfies Record<string, Limit>;
