/** Everything that is fuzzed: each decoder that reads the network, a file or another program. */
import { LOCK_TARGETS } from './lock-targets.ts';
import type { FuzzTarget } from './target.ts';
import { TEXT_TARGETS } from './text-targets.ts';
import { WIRE_TARGETS } from './wire-targets.ts';

export const TARGETS: readonly FuzzTarget[] = [...WIRE_TARGETS, ...TEXT_TARGETS, ...LOCK_TARGETS];
