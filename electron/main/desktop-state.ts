/**
 * What the window shows and the icon says, as a pure function of what was heard of the agent and when.
 * Nothing is shown as connected because nobody contradicts: an agent that falls silent is `away`.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { type DesktopState, type PolicyRefresh, STALE_AFTER_MS } from '../ipc/schema.ts';

export type AgentNews =
  | { readonly type: 'heard'; readonly status: AgentStatus }
  | { readonly type: 'lost'; readonly error: CausewayError }
  | { readonly type: 'refresh-began' }
  /** Null: it failed, and what was read last still holds. */
  | { readonly type: 'refresh-ended'; readonly refresh: PolicyRefresh | null }
  /** It came without anybody asking, and this is what it brought. */
  | { readonly type: 'policy-changed'; readonly refresh: PolicyRefresh }
  /** Time has passed. */
  | { readonly type: 'tick' };

/** @returns the same object when nothing has changed */
export function nextState(state: DesktopState, news: AgentNews, now: number): DesktopState {
  switch (news.type) {
    case 'heard': {
      const { refreshingSince = null, lastRefresh = null } = state.agent === 'here' ? state : {};
      return { agent: 'here', heardAt: now, status: news.status, refreshingSince, lastRefresh };
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
    case 'tick': {
      if (state.agent !== 'here' || now - state.heardAt <= STALE_AFTER_MS) return state;
      const seconds = Math.round((now - state.heardAt) / 1000);
      return { agent: 'away', since: state.heardAt, error: new CausewayError('AGENT_SILENT', { seconds }).toWire() };
    }
  }
}
