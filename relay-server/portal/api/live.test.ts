import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { listenForChanges } from './live.ts';
import { areaKey, subscriptionsQuery } from './queries.ts';

/** An EventSource that a test plays the server of. */
class FakeSource extends EventTarget {
  readyState = 0;
  close(): void {
    this.readyState = 2;
  }
  happens(type: string, data?: unknown): void {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.dispatchEvent(data === undefined ? new Event(type) : new MessageEvent(type, { data: text }));
  }
  /** @param forGood whether the browser will not try again by itself */
  breaks(forGood = false): void {
    this.readyState = forGood ? 2 : 0;
    this.happens('error');
  }
}

let queryClient: QueryClient;
let sources: FakeSource[];
let connected: boolean[];
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', { CLOSED: 2 });
  [queryClient, sources, connected] = [new QueryClient(), [], []];
  stop = listenForChanges({
    queryClient,
    onConnected: (state) => connected.push(state),
    open: () => {
      const source = new FakeSource();
      sources.push(source);
      return source as unknown as EventSource;
    },
  });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const CONTOSO = 'c0ffee';
const keys = [
  areaKey('machines', 'contoso', 'list'),
  areaKey('machines', 'fabrikam', 'list'),
  areaKey('groups', CONTOSO),
  areaKey('people', null),
  areaKey('audit', 'contoso'),
];
const fill = () => {
  for (const key of keys)
    queryClient.setQueryData(key, { items: [{ id: 'm1', online: false, relay: 'disconnected' }] });
  queryClient.setQueryData(subscriptionsQuery.queryKey, [{ id: CONTOSO, name: 'contoso' }] as never);
};
const stale = () =>
  keys.filter((key) => queryClient.getQueryState(key)?.isInvalidated).map(([area, of]) => `${area} ${of}`);

test('a change makes what shows it ask again, by the name or the id in the address, and nothing else', () => {
  fill();
  sources[0]?.happens('open');
  sources[0]?.happens('changed', { subscription: CONTOSO, kinds: ['machines'] });
  expect(stale()).toEqual(['machines contoso', `groups ${CONTOSO}`, 'audit contoso']);
  sources[0]?.happens('changed', { subscription: null, kinds: ['people', 'unheard-of'] });
  expect(stale()).toContain('people null');
  expect(stale()).not.toContain('machines fabrikam');
});

test('a machine that comes is shown without asking, and counted a second later', () => {
  fill();
  const before = queryClient.getQueryData(keys[1] ?? []);
  const machines = [{ id: 'm1', online: true, relay: 'connected' }];
  sources[0]?.happens('presence', { subscription: CONTOSO, machines });
  expect(queryClient.getQueryData(keys[0] ?? [])).toEqual({ items: machines });
  expect(stale()).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(stale()).toEqual([`groups ${CONTOSO}`]);
  sources[0]?.happens('presence', { subscription: CONTOSO, machines: [{ ...machines[0], id: 'other' }] });
  expect(queryClient.getQueryData(keys[1] ?? [])).not.toBe(before);
});

test('a session that has ended asks for everything, which leads to the sign-in page', () => {
  fill();
  sources[0]?.happens('session-ended', {});
  expect(stale()).toHaveLength(keys.length);
});

test('a short break is not mentioned; a long one is; after it everything asks again', () => {
  fill();
  sources[0]?.happens('open');
  sources[0]?.breaks();
  vi.advanceTimersByTime(2_000);
  sources[0]?.happens('open');
  vi.advanceTimersByTime(10_000);
  expect(connected).toEqual([true, true]);
  expect(stale()).toHaveLength(keys.length);
  sources[0]?.breaks(true);
  vi.advanceTimersByTime(3_000);
  expect(connected.at(-1)).toBe(false);
  vi.advanceTimersByTime(5_000);
  expect(sources).toHaveLength(2);
  sources[1]?.happens('open');
  expect(connected.at(-1)).toBe(true);
});

test('a server without events is not said to be lost', () => {
  sources[0]?.breaks(true);
  vi.advanceTimersByTime(60_000);
  expect(connected).toEqual([]);
});

test('nothing is tried after the end', () => {
  sources[0]?.happens('open');
  sources[0]?.breaks(true);
  stop();
  vi.advanceTimersByTime(60_000);
  expect([sources.length, connected]).toEqual([1, [true]]);
});

test.each(['', '{', 'null', '1', '{"kinds":"machines"}', '{"machines":1}'])('ignores %j', (data) => {
  fill();
  sources[0]?.happens('changed', data);
  sources[0]?.happens('presence', data);
  expect(stale()).toEqual([]);
});
