/**
 * The part of the limits that bounds how `causeway diagnose` looks at the path to the server. Taken in by limits.ts,
 * from which everybody has it.
 */
import type { Limit } from './limits.ts';

export const PATH_LIMITS = {
  PATH_PATIENCE_MS: {
    value: 4_000,
    unit: 'ms',
    why: 'How long each look at the path waits: past the second repetition of a lost packet (1 s, then 2 s more), and short enough that eight looks at a dead path end within half a minute.',
  },
  PATH_SLOW_MEDIAN_MS: {
    value: 600,
    unit: 'ms',
    why: 'Above it an answer is called slow: a satellite link takes 600 ms, the other side of the earth 300.',
  },
  PATH_SLOW_WORST_MS: {
    value: 1_500,
    unit: 'ms',
    why: 'Of five answers one after another: a packet that is lost once is sent again after 200 ms or a second, so a longer wait is more than one loss.',
  },
  PATH_LARGE_BYTES: {
    value: 8_000,
    unit: 'bytes',
    why: 'Of a request that shows whether large packets pass: several full ones of any MTU up to 1,500, and less than the 16 KiB that a server takes of headers.',
  },
  AGENT_SILENT_MS: {
    value: 5_000,
    unit: 'ms',
    why: 'Without a word of the agent for so long `causeway diagnose` goes on without it: the agent answers at once, and between two of its checks within PATH_PATIENCE_MS on a dead path.',
  },
} as const satisfies Record<string, Limit>;
