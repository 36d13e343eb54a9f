/**
 * All suites, in the order in which they run.
 */
import type { Suite } from './suite.ts';
import { suite as fanout } from './suites/fanout.ts';
import { suite as slowReceiver } from './suites/slow-receiver.ts';
import { suite as tunnel } from './suites/tunnel.ts';

export const SUITES: readonly Suite[] = [tunnel, fanout, slowReceiver];
