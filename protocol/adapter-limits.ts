/**
 * The part of the limits for the adapter: its packets, turns and queue. Taken in by limits.ts, from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const ADAPTER_LIMITS = {
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
  WINTUN_RING_BYTES: {
    value: 4_194_304,
    unit: 'bytes',
    why: 'Of each of Wintun’s two rings on Windows, which takes powers of two from 128 KiB to 64 MiB: 2,800 full packets, or 33 ms at 1 Gbit/s, which is longer than a garbage collection. What the agent has read waits in its own queues, which are fair.',
  },
  NETWORK_CATEGORY_LOOK_EVERY_MS: {
    value: 1_000,
    unit: 'ms',
    why: 'Windows notices a new network some seconds after it has addresses, and does not say so without an apartment of COM’s that has a message loop.',
  },
  NETWORK_CATEGORY_PATIENCE_MS: {
    value: 30_000,
    unit: 'ms',
    why: 'Windows is waited for so long before the owner is told; identifying a network without a gateway takes it up to ten seconds, and at the start of the computer its service comes later than ours.',
  },
  ADAPTER_SPLIT_MAX_PACKETS: {
    value: 1_366,
    unit: 'packets',
    why: 'A super-packet of 65,535 bytes at the smallest segment that Linux sends (TCP_MIN_SND_MSS, 48); a hostile offload header can ask for no more work.',
  },
} as const satisfies Record<string, Limit>;
