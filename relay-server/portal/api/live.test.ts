import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { invalidate, listenForChanges, parseChange } from './live.ts';
import { areaKey } from './queries.ts';

/** An EventSource that a test plays the server of. */
class FakeSource extends EventTarget {
  readyState = 0;
  close(): void {
    this.readyState = 2;
  }
  happens(type: string, data?: string): void {
    this.dispatchEvent(data === undefined ? new Event(type) : new MessageEvent(type, { data }));
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

const keys = [
  areaKey('machines', 'contoso', { search: '' }),
  areaKey('machines', 'fabrikam'),
  areaKey('groups', 'contoso'),
  areaKey('people', null),
];
const fill = () => {
  for (const key of keys) queryClient.setQueryData(key, 1);
};
const stale = () =>
  keys.filter((key) => queryClient.getQueryState(key)?.isInvalidated).map(([area, of]) => `${area} ${of}`);

test('a change makes the queries of its areas and subscription ask again, and no others', async () => {
  fill();
  const contoso = { id: 'f00', name: 'contoso' };
  sources[0]?.happens('open');
  sources[0]?.happens('changed', JSON.stringify({ areas: ['machines'], subscription: contoso }));
  expect(stale()).toEqual(['machines contoso']);
  await invalidate(queryClient, { areas: ['people', 'unheard-of'] });
  expect(stale()).toEqual(['machines contoso', 'people null']);
});

test('a short break is not mentioned; a long one is; after it everything asks again', () => {
  fill();
  sources[0]?.happens('open');
  sources[0]?.breaks();
  vi.advanceTimersByTime(2_000);
  sources[0]?.happens('open');
  vi.advanceTimersByTime(10_000);
  expect(connected).toEqual([true, true]);
  expect(stale()).toHaveLength(4);
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

test.each(['', '{', 'null', '1', '{"areas":"machines"}'])('ignores %j', (data) => {
  expect(parseChange(data)).toBeUndefined();
});
