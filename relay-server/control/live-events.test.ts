import { expect, test } from 'vitest';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type LiveEvent, liveEvent } from '#protocol/rest/watching.ts';
import { HandClock } from '../hand-clock.fixture.ts';
import { LiveEvents } from './live-events.ts';

const [contoso, fabrikam] = ['aa'.repeat(16), 'bb'.repeat(16)] as [SubscriptionId, SubscriptionId];
const machine = (number: number) => number.toString(16).padStart(32, '0') as MachineId;

function setUp() {
  const clock = new HandClock();
  const events = new LiveEvents({
    clock,
    serverVersion: '1',
    presenceOf: (_, id) => (id === machine(99) ? undefined : { id, online: true, relay: 'disconnected' }),
  });
  const listen = (options: { subscription?: SubscriptionId; session?: string } = {}) => {
    const heard: LiveEvent[] = [];
    const raw: string[] = [];
    const state = { ended: false };
    const leave = events.listen({
      subscription: options.subscription ?? null,
      session: options.session ?? 's',
      send(text) {
        raw.push(text);
        const data = /^data: (.*)$/m.exec(text)?.[1];
        if (data !== undefined) heard.push(liveEvent.parse(JSON.parse(data)));
      },
      end() {
        state.ended = true;
      },
    });
    return { heard, raw, state, leave };
  };
  return { clock, events, listen };
}

test('says hello first, then what changes, each in the form of an event stream', () => {
  const { events, listen } = setUp();
  const { heard, raw } = listen();
  const change = { subscription: contoso, kinds: ['groups'] as const, by: 'Ada', policyVersion: 7 };
  events.changed(change);
  expect(heard).toEqual([
    { type: 'hello', serverVersion: '1' },
    { type: 'changed', ...change },
  ]);
  expect(raw[1]).toBe(`event: changed\ndata: ${JSON.stringify(heard[1])}\n\n`);
});

test('who may hear of one subscription hears of no other, and not of people', () => {
  const { clock, events, listen } = setUp();
  const bound = listen({ subscription: fabrikam });
  const free = listen();
  events.changed({ subscription: contoso, kinds: ['groups'], by: '', policyVersion: 1 });
  events.changed({ subscription: null, kinds: ['people'], by: '', policyVersion: null });
  events.moved(contoso, machine(1));
  clock.advance(LIMITS.EVENTS_GATHER_MS.value);
  expect(bound.heard.map(({ type }) => type)).toEqual(['hello']);
  events.changed({ subscription: fabrikam, kinds: ['groups'], by: '', policyVersion: 1 });
  expect(bound.heard.map(({ type }) => type)).toEqual(['hello', 'changed']);
  expect(free.heard).toHaveLength(5);
});

test('gathers machines that come and go, and forgets those that are gone altogether', () => {
  const { clock, events, listen } = setUp();
  const { heard } = listen();
  for (const number of [1, 2, 1, 99]) events.moved(contoso, machine(number));
  clock.advance(LIMITS.EVENTS_GATHER_MS.value - 1);
  expect(heard).toHaveLength(1);
  clock.advance(1);
  expect(heard.slice(1)).toMatchObject([{ type: 'presence', machines: [{ id: machine(1) }, { id: machine(2) }] }]);
});

test('a storm of ten thousand is told in few events', () => {
  const { clock, events, listen } = setUp();
  const { heard, raw } = listen();
  for (let number = 100; number < 10_100; number++) events.moved(contoso, machine(number));
  clock.advance(LIMITS.EVENTS_GATHER_MS.value);
  expect(heard).toHaveLength(11);
  expect(raw.join('').length).toBeLessThan(LIMITS.EVENTS_BUFFER_MAX_BYTES.value);
});

test('has no timer while nobody listens, and a heart-beat while somebody does', () => {
  const { clock, events, listen } = setUp();
  events.moved(contoso, machine(1));
  expect(clock.pending).toBe(0);
  const { raw, leave } = listen();
  clock.advance(3 * LIMITS.EVENTS_HEARTBEAT_MS.value);
  expect(raw.slice(1)).toEqual([': \n\n', ': \n\n', ': \n\n']);
  events.moved(contoso, machine(1));
  leave();
  expect(clock.pending).toBe(0);
});

test('ends the streams of a session that ended, and no others', () => {
  const { events, listen } = setUp();
  const [one, other] = [listen({ session: 'one' }), listen({ session: 'other' })];
  events.endSession('one');
  expect(one.heard.at(-1)).toEqual({ type: 'session-ended' });
  expect([one.state.ended, other.state.ended]).toEqual([true, false]);
  events.close();
  expect(other.state.ended).toBe(true);
  expect(other.heard).toHaveLength(1);
  expect(events.listeners).toBe(0);
});

test('lets those of a session with a new token come back without a word', () => {
  const { events, listen } = setUp();
  const [one, other] = [listen({ session: 'one' }), listen({ session: 'other' })];
  events.letComeBack('one');
  expect([one.state.ended, other.state.ended]).toEqual([true, false]);
  expect(one.heard).toHaveLength(1);
});

test('takes no more listeners than the limit', () => {
  const { listen } = setUp();
  for (let i = 0; i < LIMITS.EVENTS_CLIENTS_MAX.value; i++) listen();
  expect(() => listen()).toThrow(/too many requests/);
});
