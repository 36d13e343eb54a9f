import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { type DesktopState, STALE_AFTER_MS } from '../ipc/schema.ts';
import { type AgentNews, nextState } from './desktop-state.ts';
import { here, statusWith } from './status.fixture.ts';

const LOST: AgentNews = { type: 'lost', error: new CausewayError('AGENT_NOT_RUNNING', { socket: '/x' }) };
const HEARD: AgentNews = { type: 'heard', status: statusWith() };
const REFRESH = { at: 5, policyVersion: 8, gained: ['sql01'], lost: [] };

test('a refresh is kept until the next one, and while the agent speaks', () => {
  const began = nextState(here(), { type: 'refresh-began' }, 2_000);
  expect(began).toMatchObject({ refreshingSince: 2_000, lastRefresh: null });
  const spoke = nextState(began, HEARD, 2_100);
  expect(spoke).toMatchObject({ refreshingSince: 2_000, heardAt: 2_100 });
  const ended = nextState(spoke, { type: 'refresh-ended', refresh: REFRESH }, 2_200);
  expect(ended).toMatchObject({ refreshingSince: null, lastRefresh: REFRESH });
  expect(nextState(ended, { type: 'refresh-ended', refresh: null }, 2_300)).toMatchObject({ lastRefresh: REFRESH });
});

test('an agent that is lost is away since the first time it was missed', () => {
  const away = nextState(here(), LOST, 3_000);
  expect(away).toMatchObject({ agent: 'away', since: 3_000, error: { code: 'AGENT_NOT_RUNNING' } });
  expect(nextState(away, LOST, 9_000)).toBe(away);
  const other: AgentNews = { type: 'lost', error: new CausewayError('PRIVILEGE_MISSING', { action: 'x' }) };
  expect(nextState(away, other, 9_000)).toMatchObject({ since: 3_000, error: { code: 'PRIVILEGE_MISSING' } });
  expect(nextState(away, HEARD, 9_500)).toMatchObject({ agent: 'here', heardAt: 9_500 });
});

test('silence is not taken for agreement', () => {
  const still = here();
  expect(nextState(still, { type: 'tick' }, 1_000 + STALE_AFTER_MS)).toBe(still);
  expect(nextState(still, { type: 'tick' }, 1_001 + STALE_AFTER_MS)).toMatchObject({
    agent: 'away',
    since: 1_000,
    error: { code: 'AGENT_SILENT' },
  });
});

test('whatever happens, nothing that was heard too long ago is shown as here after a tick', () => {
  const news = fc.constantFrom<AgentNews>(
    HEARD,
    LOST,
    { type: 'tick' },
    { type: 'refresh-began' },
    { type: 'refresh-ended', refresh: null },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(news, fc.nat(4_000))), (story) => {
      let state: DesktopState = { agent: 'starting' };
      let now = 0;
      let heardAt = Number.NEGATIVE_INFINITY;
      for (const [happened, later] of story) {
        now += later;
        if (happened.type === 'heard') heardAt = now;
        state = nextState(state, happened, now);
        const shown = nextState(state, { type: 'tick' }, now);
        if (now - heardAt > STALE_AFTER_MS) expect(shown.agent).not.toBe('here');
      }
    }),
  );
});
