import { expect, it } from 'vitest';
import { here, refused } from '#electron/main/status.fixture.ts';
import { WORDS } from '../words/use-words.ts';
import { activationTruth, believed, connectivityTruth, SILENT_AFTER_MS } from './truths.ts';

const activation = (state: Parameters<typeof activationTruth>[0]) => activationTruth(state, WORDS.en);
const connectivity = (state: Parameters<typeof activationTruth>[0]) => connectivityTruth(state, WORDS.en, 'en');
const FAILED = { state: 'failed', provenAt: 700, error: refused('TIMED_OUT') } as const;
const OFF = { state: 'off', provenAt: null } as const;
const AWAY = {
  agent: 'away',
  since: 5,
  error: { code: 'AGENT_SILENT', message: 'It is silent.', remedy: 'Wait.' },
} as const;

it('says what was proven, and when', () => {
  expect(activation(here())).toMatchObject({ tone: 'good', state: 'Activated', age: { type: 'confirmed', at: 1_000 } });
  expect(connectivity(here())).toMatchObject({ state: 'Connected', detail: 'Relay answers in 3.0\u00a0ms.' });
  expect(activation(here({ parts: { activation: { provenAt: null } } })).age).toEqual({ type: 'never' });
});

it('says since when something is broken', () => {
  expect(connectivity(here({ parts: { relay: FAILED } }))).toMatchObject({
    tone: 'bad',
    state: 'Not connected',
    detail: 'Broken: Relay',
    age: { type: 'since', at: 700 },
  });
  expect(connectivity(here({ parts: { names: FAILED } }))).toMatchObject({ tone: 'warn', state: 'Partly connected' });
  expect(activation(here({ parts: { activation: FAILED } }))).toMatchObject({ state: 'No longer activated' });
});

it('says what is off, and what is on the way', () => {
  expect(connectivity(here({ wanted: 'down' })).state).toBe('Switched off');
  expect(connectivity(here({ parts: { relay: { state: 'pending' } } }))).toMatchObject({
    state: 'Connecting…',
    detail: 'Waiting for: Relay',
  });
  const never = here({ machine: null, wanted: 'down', parts: { activation: OFF } });
  expect([activation(never).state, connectivity(never).state]).toEqual(['Not activated', 'Not connected']);
});

it('claims nothing of an agent that does not answer', () => {
  for (const truth of [activation(AWAY), connectivity(AWAY)]) {
    expect(truth).toMatchObject({ tone: 'unknown', state: 'Not known', age: { type: 'since', at: 5 } });
  }
});

it('does not believe for long what nobody repeats', () => {
  const said = here();
  expect(believed(said, said.heardAt + SILENT_AFTER_MS)).toBe(said);
  const later = believed(said, said.heardAt + SILENT_AFTER_MS + 1);
  expect(later).toMatchObject({ agent: 'away', since: said.heardAt, error: { code: 'AGENT_SILENT' } });
  expect(connectivity(later).state).toBe('Not known');
});
