import { expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { machineId } from '#protocol/ids.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { type AgentNews, nextState } from './desktop-state.ts';
import { here, statusWith } from './status.fixture.ts';

const LOST: AgentNews = { type: 'lost', error: new CausewayError('AGENT_NOT_RUNNING', { socket: '/x' }) };
const HEARD: AgentNews = { type: 'heard', status: statusWith(), withPeers: true };
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
  const silent = nextState(here(), { type: 'silent', since: 1_000 }, 1_950);
  expect(silent).toMatchObject({ agent: 'away', since: 1_000, error: { code: 'AGENT_SILENT' } });
  expect(nextState(silent, HEARD, 2_500)).toMatchObject({ agent: 'here', heardAt: 2_500 });
  expect(nextState({ agent: 'starting' }, { type: 'silent', since: 0 }, 900)).toMatchObject({ since: 900 });
  const away = nextState(here(), LOST, 3_000);
  expect(nextState(away, { type: 'silent', since: 4_000 }, 4_950)).toMatchObject({
    since: 3_000,
    error: { code: 'AGENT_SILENT' },
  });
});

test('sessions that nobody asked for are those of before, and of then', () => {
  const peers = [{ id: machineId.parse('1'.repeat(32)), name: 'sql01' }] as AgentStatus['peers'];
  const looked = nextState(here(), { type: 'heard', status: { ...statusWith(), peers }, withPeers: true }, 2_000);
  const hidden = nextState(looked, { type: 'heard', status: statusWith({ wanted: 'down' }), withPeers: false }, 3_000);
  expect(hidden).toMatchObject({ heardAt: 3_000, peersAt: 2_000, status: { wanted: 'down', peers } });
  const fresh = nextState({ agent: 'starting' }, { type: 'heard', status: statusWith(), withPeers: false }, 3_000);
  expect(fresh).toMatchObject({ peersAt: null, status: { peers: [] } });
});
