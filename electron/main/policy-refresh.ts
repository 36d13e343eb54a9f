/** What a refresh has brought: who can be reached now and could not before, and the other way round. Pure. */
import type { PolicyRefresh, ReachablePeer } from '../ipc/schema.ts';

export function refreshOf(
  before: readonly ReachablePeer[],
  after: readonly ReachablePeer[],
  at: number,
  policyVersion: number | null,
): PolicyRefresh {
  const names = (peers: readonly ReachablePeer[]) => new Map(peers.map(({ id, name }) => [id, name]));
  const [old, now] = [names(before), names(after)];
  const missing = (from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>) =>
    [...from]
      .filter(([id]) => !to.has(id))
      .map(([, name]) => name)
      .sort((a, b) => a.localeCompare(b));
  return { at, policyVersion, gained: missing(now, old), lost: missing(old, now) };
}
