import { expect, it } from 'vitest';
import { here, refused } from '#electron/main/status.fixture.ts';
import { PART_ORDER, type PartName } from '#protocol/status.ts';
import { chainOf, warningsOf } from './chain.ts';

const states = (state: Parameters<typeof chainOf>[0]) => chainOf(state).links.map(({ state }) => state);
const FAILED = { state: 'failed', provenAt: 700, error: refused('TIMED_OUT') } as const;

it('is whole when every part is', () => {
  expect(states(here())).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
  expect(chainOf(here()).broken).toBeNull();
});

it.each(PART_ORDER)('breaks at %s, and nowhere after it', (name: PartName) => {
  const everyLater = PART_ORDER.slice(PART_ORDER.indexOf(name));
  const chain = chainOf(here({ parts: Object.fromEntries(everyLater.map((later) => [later, FAILED])) }));
  expect(chain.broken).toEqual({ name, error: FAILED.error, since: 700 });
  expect(chain.links.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([name]);
  expect(chain.links.at(-1)?.state).toBe(name === 'names' ? 'failed' : 'waits');
});

it('shows what still works behind the break, and what is being tried before it', () => {
  const parts = {
    control: { state: 'pending' },
    relay: FAILED,
    adapter: { state: 'ok' },
    names: { state: 'off' },
  } as const;
  expect(states(here({ parts }))).toEqual(['ok', 'ok', 'pending', 'failed', 'ok', 'waits']);
});

it('breaks at the agent when none answers, and blames nothing else', () => {
  const error = { code: 'AGENT_SILENT', message: 'It is silent.', remedy: 'Wait.' };
  expect(states({ agent: 'away', since: 5, error })).toEqual(['failed', 'waits', 'waits', 'waits', 'waits', 'waits']);
  expect(chainOf({ agent: 'away', since: 5, error }).broken).toEqual({ name: 'agent', error, since: 5 });
  expect(chainOf({ agent: 'starting' }).broken).toBeNull();
});

it('warns of what works with a flaw', () => {
  const flaw = refused('CLOCK_SKEWED');
  expect(warningsOf(here({ parts: { names: { error: flaw }, relay: FAILED } }))).toEqual([flaw]);
});
