import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AgentStatus, PART_ORDER, type Part, summarise } from './status.ts';

const SHORT: Record<string, Part['state']> = { '-': 'off', '?': 'pending', '+': 'ok', '!': 'failed' };

/** One character a part, in the order of PART_ORDER. */
function parts(text: string): AgentStatus['parts'] {
  const state = (at: number): Part => ({
    state: SHORT[text[at] ?? '-'] ?? 'off',
    provenAt: null,
    error: null,
    detail: '',
  });
  return { activation: state(0), control: state(1), relay: state(2), adapter: state(3), names: state(4) };
}

test.each([
  // activation control relay adapter names
  ['up', '-----', 'not-activated'],
  ['up', '?????', 'not-activated'],
  ['up', '!----', 'not-activated'],
  ['down', '!++++', 'not-activated'],
  ['down', '+----', 'off'],
  ['down', '+++++', 'off'],
  ['down', '+!!!!', 'off'],
  ['up', '+----', 'connecting'],
  ['up', '+?---', 'connecting'],
  ['up', '++++?', 'connecting'],
  ['up', '++++-', 'connecting'],
  ['up', '+!---', 'degraded'],
  ['up', '+?+++', 'connecting'],
  ['up', '++!++', 'degraded'],
  ['up', '++++!', 'degraded'],
  ['up', '+?!++', 'degraded'],
  ['up', '+++++', 'connected'],
] as const)('wanted %s, parts %s: %s', (wanted, states, summary) => {
  expect(summarise(wanted, parts(states))).toBe(summary);
});

test('connected is said only when every part was proven', () => {
  const anyParts = fc
    .array(fc.constantFrom(...Object.keys(SHORT)), { minLength: 5, maxLength: 5 })
    .map((states) => parts(states.join('')));
  fc.assert(
    fc.property(fc.constantFrom('up' as const, 'down' as const), anyParts, (wanted, someParts) => {
      const proven = PART_ORDER.every((name) => someParts[name].state === 'ok');
      expect(summarise(wanted, someParts) === 'connected').toBe(proven && wanted === 'up');
    }),
  );
});

test('the order names every part once', () => {
  expect([...PART_ORDER].sort()).toEqual(Object.keys(parts('-----')).sort());
});
