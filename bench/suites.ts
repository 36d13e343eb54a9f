/**
 * All suites, in the order in which they run.
 */
import type { Suite } from './suite.ts';
import { suite as idleConnections } from './suites/idle-connections.ts';
import { suite as relay } from './suites/relay.ts';
import { suite as tunnel } from './suites/tunnel.ts';

export const SUITES: readonly Suite[] = [tunnel, relay, idleConnections];
