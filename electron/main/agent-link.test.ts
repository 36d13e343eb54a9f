import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LocalCall, LocalHandlers } from '#agent/local-api/conversation.ts';
import type { LocalServer } from '#agent/local-api/listen.ts';
import { serveLocalApi } from '#agent/local-api/server.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { LocalProgress } from '#protocol/local-api.ts';
import { AgentLink, type AgentLinkOptions } from './agent-link.ts';
import { statusWith } from './status.fixture.ts';

type News = Parameters<AgentLinkOptions['onNews']>[0];
interface Watch {
  readonly peers: boolean;
  readonly call: LocalCall<LocalProgress<'watch'>>;
}

let directory: string;
let server: LocalServer;
let link: AgentLink;
let news: News[];
let watches: Watch[];
let running: Promise<void>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'causeway-link-'));
  [news, watches] = [[], []];
  const handlers = {
    async watch({ peers }, call) {
      watches.push({ peers, call });
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
      return {};
    },
  } satisfies Partial<LocalHandlers>;
  server = await serveLocalApi(join(directory, 'agent.sock'), handlers as Partial<LocalHandlers> as LocalHandlers);
  link = new AgentLink({ socket: server.path, onNews: (told) => news.push(told) });
  running = link.run();
  await until(() => watches.length === 1);
});
afterEach(async () => {
  link[Symbol.dispose]();
  await running;
  await server[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

/** Patient, as a busy computer may take its time. */
const until = (holds: () => unknown) => vi.waitUntil(holds, { timeout: 10_000, interval: 5 });
const types = () => news.map(({ type }) => type);

test('sessions are asked for as long as somebody looks', async () => {
  link.look(true);
  await until(() => watches.length === 2);
  link.look(true);
  link.look(false);
  await until(() => watches.length === 3);
  expect(watches.map(({ peers }) => peers)).toEqual([false, true, false]);
  await until(() => watches[1]?.call.signal.aborted);
  watches[2]?.call.progress(statusWith());
  await until(() => news.length > 0);
  expect(news).toMatchObject([{ type: 'heard', withPeers: false }]);
});

test.each([
  { seen: true, patienceMs: LIMITS.LOCAL_SILENT_AFTER_MS.value },
  { seen: false, patienceMs: LIMITS.LOCAL_SILENT_UNSEEN_AFTER_MS.value },
])(
  'an agent that falls silent is said to be after $patienceMs ms (window seen: $seen), and asked anew',
  async ({ seen, patienceMs }) => {
    link.look(seen);
    if (seen) await until(() => watches.length === 2);
    const asked = watches.length;
    const watch = watches[asked - 1];
    watch?.call.progress(statusWith());
    watch?.call.progress('alive');
    await until(() => news.length === 1);
    const heard = performance.now();
    const { heardAt } = link;
    await until(() => news.length === 2);
    expect(performance.now() - heard).toBeGreaterThan(patienceMs - 100);
    expect(news[1]).toEqual({ type: 'silent', since: heardAt });
    await until(() => watches.length === asked + 1);
    watches[asked]?.call.progress(statusWith());
    await until(() => news.length === 3);
    expect(types()).toEqual(['heard', 'silent', 'heard']);
  },
);

test('an agent that goes away is lost', async () => {
  await server[Symbol.asyncDispose]();
  await until(() => news.length > 0);
  expect(news[0]).toMatchObject({ type: 'lost', error: { code: 'AGENT_NOT_RUNNING' } });
});
