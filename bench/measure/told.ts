/**
 * When machines hear of a change: of a new policy, or that a peer is revoked.
 */
import type { ControlEvent } from '#protocol/control-messages.ts';
import type { LoopbackConnection } from '#relay-server/loopback-machine.fixture.ts';

type Kind = Extract<ControlEvent['event'], 'policy-changed' | 'revoked'>;

/**
 * Waits until each has heard. Call it before the change.
 * @param newerThan a policy version, for `policy-changed`: what tells of an older one does not count
 * @returns milliseconds of the Unix epoch, one a connection
 */
export function whenTold(
  connections: readonly LoopbackConnection[],
  kind: Kind,
  newerThan = 0,
): Promise<readonly number[]> {
  const one = async (connection: LoopbackConnection): Promise<number> => {
    for (;;) {
      const event = await connection.event(kind);
      if (event.event === 'revoked' || event.policyVersion > newerThan) return now();
    }
  };
  return Promise.all(connections.map(one));
}

/** With the fraction that `Date.now` leaves out; the same clock as in a browser on this machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
