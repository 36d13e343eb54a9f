/** build/grafana-dashboard.json is of use only while its queries name what /metrics has. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const FILE = fileURLToPath(new URL('../../build/grafana-dashboard.json', import.meta.url));
const dashboard: Dashboard = JSON.parse(readFileSync(FILE, 'utf8'));
let relay: LoopbackServer;
beforeAll(async () => {
  relay = await startLoopbackServer();
});
afterAll(() => relay[Symbol.asyncDispose]());

async function exposed(): Promise<string[]> {
  const text: string = (await relay.api('GET', './metrics', undefined, null)).body;
  return [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
}

test('each query names metrics that exist, and each metric of ours is in a query', async () => {
  const metrics = await exposed();
  const named = new Set<string>();
  for (const { title, targets } of dashboard.panels) {
    for (const { expr } of targets) {
      const found = expr.match(/\b(?:causeway|process|nodejs)_\w+/g) ?? [];
      expect(found, title).not.toEqual([]);
      for (const name of found) named.add(name);
    }
  }
  expect([...named].filter((name) => !metrics.includes(name))).toEqual([]);
  const notShown = ['causeway_subscriptions', 'causeway_relay_accepted_total', 'causeway_relay_dropped_bytes_total'];
  const frames = ['causeway_relay_in_frames_total', 'causeway_relay_out_frames_total'];
  const ours = metrics.filter((name) => name.startsWith('causeway_'));
  expect(ours.filter((name) => !named.has(name)).sort()).toEqual([...notShown, ...frames].sort());
});

test('an answer carries the id under which it stands in the log, another each time', async () => {
  const ids = await Promise.all([1, 2].map(async () => (await relay.api('GET', './healthz')).headers['x-request-id']));
  expect(ids[0]).toMatch(/^[\w-]{12}$/);
  expect(ids[1]).not.toBe(ids[0]);
});
