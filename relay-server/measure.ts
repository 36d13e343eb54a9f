/**
 * Reads what relay-over-time.ts keeps: from the relay, the control plane and this process.
 */
import type { ControlPlane } from './control/control-plane.ts';
import type { Reading } from './control/relay-over-time.ts';
import { heapBytes, residentBytes } from './memory.ts';
import type { Relay } from './relay/edge.ts';

export function readingOf(control: ControlPlane, relay: Relay): Reading {
  const stats = relay.stats();
  const { user, system } = process.cpuUsage();
  return {
    relayConnections: stats.connections,
    controlConnections: control.sessions,
    inBytes: stats.in.bytes,
    outBytes: stats.out.bytes,
    frames: stats.in.frames,
    dropped: Object.fromEntries(Object.entries(stats.dropped).map(([reason, { frames }]) => [reason, frames])),
    queuedBytes: stats.queued.bytes,
    queueAgeMs: relay.queueAgeMs(),
    cpuSeconds: (user + system) / 1e6,
    residentBytes: residentBytes(),
    heapBytes: heapBytes(),
  };
}
