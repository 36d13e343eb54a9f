/**
 * An agent as the desktop application meets it, played: a computer with so many peers, all in session, whose
 * counters and round trips change every second. Speaks the real local API by the agent's own server.
 */

import { watchStatus } from '#agent/engine/watch-status.ts';
import type { LocalHandlers } from '#agent/local-api/conversation.ts';
import type { LocalServer } from '#agent/local-api/listen.ts';
import { serveLocalApi } from '#agent/local-api/server.ts';
import { hereWith, peersOf } from '#lab/desktop/double/played-states.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { AgentStatus, PeerStatus } from '#protocol/status.ts';

/** @param socket where it listens */
export function playAgent(socket: string, peerCount: number): Promise<LocalServer> {
  const peers = peersOf(peerCount).map((peer) => ({ ...peer, online: true }));
  const began = Date.now();
  const sessions = (): PeerStatus[] => {
    const second = (Date.now() - began) / 1_000;
    return peers.map(({ id, name, ipv4, ipv6 }, index) => ({
      id,
      name,
      ipv4,
      ipv6,
      state: 'connected',
      provenAt: Date.now() - 300,
      roundTripMs: 8 + (index % 7) * 3.1 + Math.sin(second / 3 + index),
      receivedBytes: Math.round(second * 40_000 * (1 + (index % 5))),
      sentBytes: Math.round(second * 9_000 * (1 + (index % 3))),
      grantExpiresAt: began + 3_600_000,
      error: null,
    }));
  };
  /** As it is told while nobody looks: the relay has proven itself again every five seconds. */
  const quiet = (): AgentStatus => hereWith({ at: Math.floor(Date.now() / 5_000) * 5_000 }).status;
  const status = (): AgentStatus => hereWith({ peers: sessions() }).status;
  const notPlayed = () => Promise.reject(new CausewayError('NOT_CONNECTED'));
  const handlers: LocalHandlers = {
    status: async () => status(),
    async watch(wish, { progress, taken, signal }) {
      const played = () => (wish.peers ? status() : quiet());
      const listener = { progress, alive: () => progress('alive'), taken, signal };
      await watchStatus({ status: played, onChange: () => () => undefined }, listener, wish);
      return {};
    },
    refresh: async () => status(),
    peers: async () => {
      const byId = new Map(sessions().map((session) => [session.id, session]));
      return { peers: peers.map((peer) => ({ ...peer, session: byId.get(peer.id) ?? null })) };
    },
    up: notPlayed,
    down: notPlayed,
    ping: notPlayed,
    resolve: notPlayed,
    diagnose: notPlayed,
    bundle: notPlayed,
  };
  return serveLocalApi(socket, handlers);
}
