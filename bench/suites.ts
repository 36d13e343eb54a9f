/**
 * All suites, in the order in which they run.
 */
import type { Suite } from './suite.ts';
import { suite as desktop } from './suites/desktop.ts';
import { suite as downloads } from './suites/downloads.ts';
import { suite as fanout } from './suites/fanout.ts';
import { suite as handshake } from './suites/handshake.ts';
import { suite as idleConnections } from './suites/idle-connections.ts';
import { suite as latency } from './suites/latency.ts';
import { suite as load } from './suites/load.ts';
import { suite as portal } from './suites/portal.ts';
import { suite as relay } from './suites/relay.ts';
import { suite as slowReceiver } from './suites/slow-receiver.ts';
import { suite as small } from './suites/small.ts';
import { suite as startup } from './suites/startup.ts';
import { suite as tunnel } from './suites/tunnel.ts';
import { suite as tunnelCore } from './suites/tunnel-core.ts';

export const SUITES: readonly Suite[] = [
  tunnel,
  latency,
  small,
  fanout,
  slowReceiver,
  relay,
  idleConnections,
  startup,
  handshake,
  tunnelCore,
  desktop,
  portal,
  downloads,
  load,
];
