/**
 * What the window shows and the icon says, as a pure function of what was heard of the agent and when.
 * Nothing is shown as connected because nobody contradicts: an agent that falls silent is `away`.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { AgentStatus } from '#protocol/status.ts';
import type { DesktopState, PolicyRefresh } from '../ipc/schema.ts';

export type AgentNews =
  /** Without its peers, when nobody looks at them. */
  | { readonly type: 'heard'; readonly status: AgentStatus; readonly withPeers: boolean }
  /** It is there, and has said nothing for too long. 0: it never has. */
  | { readonly type: 'silent'; readonly since: number }
  | { readonly type: 'lost'; readonly error: CausewayError }
  | { readonly type: 'refresh-began' }
  /** Null: it failed, and what was read last still holds. */
  | { readonly type: 'refresh-ended'; readonly refresh: PolicyRefresh | null }
  /** It came without anybody asking, and this is what it brought. */
  | { readonly type: 'policy-changed'; readonly refresh: PolicyRefresh };

/** @returns the same object when nothing has changed */
export function nextState(state: DesktopState, news: AgentNews, now: number): DesktopState {
  switch (news.type) {
    case 'heard': {
      const before = state.agent === 'here' ? state : undefined;
      const { refreshingSince = null, lastRefresh = null } = before ?? {};
      const known = news.withPeers
        ? { status: news.status, peersAt: now }
        : { status: { ...news.status, peers: before?.status.peers ?? [] }, peersAt: before?.peersAt ?? null };
      return { agent: 'here', heardAt: now, ...known, refreshingSince, lastRefresh };
    }
    case 'silent': {
      const heardAt = news.since === 0 ? now : news.since;
      const error = new CausewayError('AGENT_SILENT', { seconds: Math.round((now - heardAt) / 1_000) }).toWire();
      return { agent: 'away', since: state.agent === 'away' ? state.since : heardAt, error };
    }
    case 'lost': {
      const error = news.error.toWire();
      if (state.agent === 'away') return state.error.code === error.code ? state : { ...state, error };
      return { agent: 'away', since: now, error };
    }
    case 'refresh-began':
      return state.agent === 'here' ? { ...state, refreshingSince: now } : state;
    case 'refresh-ended':
      if (state.agent !== 'here') return state;
      return { ...state, refreshingSince: null, lastRefresh: news.refresh ?? state.lastRefresh };
    case 'policy-changed':
      return state.agent === 'here' ? { ...state, lastRefresh: news.refresh } : state;
  }
}
