/**
 * What the portal shows live: the stream of events, what agents say of themselves, history, the relay.
 */
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { type LiveEvent, liveEvent, relayOverTime } from '#protocol/rest/watching.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { type Clock, systemClock } from '../clock.ts';
import { activateMachine, type LoopbackMachine, returnMachine } from '../loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

const at = '/subscriptions/contoso';
const PART = { state: 'ok', provenAt: 1, error: null, detail: '' } as const;
const STATUS: AgentStatus = {
  version: '0',
  at: 1,
  wanted: 'up',
  summary: 'connected',
  machine: null,
  policyVersion: 1,
  policyRefreshedAt: 1,
  clockOffsetMs: 0,
  parts: { activation: PART, control: PART, relay: PART, adapter: PART, names: PART },
  relayRoundTripMs: 3,
  peers: [],
};
let relay: LoopbackServer;
let token: string;
let machine: LoopbackMachine;

beforeAll(async () => {
  relay = await startLoopbackServer();
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  await relay.must('POST', `${at}/groups`, { name: 'staff', interconnected: true });
  ({ token } = await relay.must('POST', `${at}/tokens`, { group: 'staff' }));
  machine = await activateMachine(relay.server.url, token, 'pc01');
});
afterAll(() => relay[Symbol.asyncDispose]());

/** Megabytes fit into the kernel's buffers. */
const POLL = { timeout: 10_000, interval: 2 };

/** An open stream of events. */
class Stream {
  readonly events: LiveEvent[] = [];
  readonly ended: Promise<void>;
  readonly answer: IncomingMessage;
  readonly #waiting = new Set<() => void>();

  private constructor(answer: IncomingMessage) {
    this.answer = answer;
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const each of parts) {
        const data = /^data: (.*)$/m.exec(each)?.[1];
        if (data !== undefined) this.events.push(liveEvent.parse(JSON.parse(data)));
      }
      for (const look of this.#waiting) look();
    });
    answer.on('error', () => {});
    this.ended = new Promise((resolve) => answer.once('close', () => resolve()));
  }

  static open(server: LoopbackServer, key = server.apiKey): Promise<Stream> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}` };
      const url = new URL('/api/v1/events', server.server.url);
      const sent = request(url, { headers, rejectUnauthorized: false, agent: false }, (answer) =>
        resolve(new Stream(answer)),
      );
      sent.on('error', reject);
      sent.end();
    });
  }

  async next<Type extends LiveEvent['type']>(type: Type): Promise<Extract<LiveEvent, { type: Type }>> {
    for (;;) {
      const index = this.events.findIndex((event) => event.type === type);
      if (index >= 0) return this.events.splice(index, 1)[0] as Extract<LiveEvent, { type: Type }>;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }
}

describe('the stream of events', () => {
  test('says hello, tells changes and who came and went', async () => {
    const stream = await Stream.open(relay);
    expect(stream.answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    expect(await stream.next('hello')).toEqual({ type: 'hello', serverVersion: expect.any(String) });
    await relay.must('POST', `${at}/tokens`, {});
    const subscription = machine.self.subscription.id;
    expect(await stream.next('changed')).toMatchObject({ subscription, kinds: ['tokens'], policyVersion: null });
    await machine.connection.close();
    expect((await stream.next('presence')).machines).toEqual([
      { id: machine.self.id, online: false, relay: 'disconnected' },
    ]);
    await returnMachine(relay.server.url, machine);
    expect((await stream.next('presence')).machines).toMatchObject([{ online: true }]);
    stream.answer.destroy();
  });

  test('ends when the session behind it ends, and when the server stops', async () => {
    const server = await startLoopbackServer();
    const one = await Stream.open(server);
    const [{ id }] = (await server.must('GET', '/api-keys')).items;
    server.server.control.context.announcer.endSession(id);
    await one.next('session-ended');
    await one.ended;
    const other = await Stream.open(server);
    await server[Symbol.asyncDispose]();
    await other.ended;
    expect(other.events.map(({ type }) => type)).toEqual(['hello']);
  });

  test('ends when the key that opened it expires, though nobody says so', async () => {
    let ahead = 0;
    const clock: Clock = {
      now: () => Date.now() + ahead,
      after: (ms, run) => systemClock.after(ms === LIMITS.EVENTS_RECHECK_MS.value ? 10 : ms, run),
    };
    await using server = await startLoopbackServer({ clock });
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const { key } = await server.must('POST', '/api-keys', { rights: 'viewer', expiresAt });
    const stream = await Stream.open(server, key);
    await stream.next('hello');
    // Looked at several times by then, and found open.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stream.events).toEqual([]);
    ahead = 600_000;
    await stream.next('session-ended');
    await stream.ended;
  });

  test('ends a browser that does not read, and goes on with the others', async () => {
    const [slow, quick] = [await Stream.open(relay), await Stream.open(relay)];
    await slow.next('hello');
    slow.answer.pause();
    const { events } = relay.server.control;
    expect(events.listeners).toBe(2);
    const by = 'x'.repeat(LIMITS.EVENTS_BUFFER_MAX_BYTES.value / 4);
    await expect
      .poll(() => {
        events.changed({ subscription: null, kinds: ['people'], by, policyVersion: null });
        return events.listeners;
      }, POLL)
      .toBe(1);
    await quick.next('changed');
    quick.answer.destroy();
  });

  test('is for those only who may see something', async () => {
    expect((await relay.api('GET', '/events', undefined, null)).status).toBe(401);
  });
});

describe('what an agent says of itself', () => {
  test('is shown with its time, and asking has it report often, if it can', async () => {
    expect(await relay.must('GET', `${at}/machines/pc01/status`)).toEqual({ reportedAt: null, status: null });
    await machine.connection.request('report', { relay: 'connected', sessions: 0 });
    await relay.must('GET', `${at}/machines/pc01/status`);
    // An agent from before there were such events must not be sent one.
    expect(machine.connection.events).toEqual([]);
    await machine.connection.request('report', { relay: 'connected', sessions: 0, status: STATUS });
    const shown = await relay.must('GET', `${at}/machines/pc01/status`);
    expect(shown).toEqual({ reportedAt: expect.any(String), status: STATUS });
    expect(await machine.connection.event('watch')).toMatchObject({ seconds: LIMITS.REPORT_WATCH_S.value });
    await relay.must('GET', `${at}/machines/pc01/status`);
    await machine.connection.request('self', {});
    expect(machine.connection.events.filter(({ event }) => event === 'watch')).toEqual([]);
  });

  test('diagnostics are asked for, kept, and shown', async () => {
    expect(await relay.must('GET', `${at}/machines/pc01/diagnostics`)).toEqual({ takenAt: null, checks: [] });
    expect((await relay.api('POST', `${at}/machines/pc01/diagnostics`)).status).toBe(202);
    await machine.connection.event('diagnose');
    const checks = [{ name: 'relay', result: 'failed' as const, sentence: 'No answer.', remedy: 'Wait.' }];
    await machine.connection.request('diagnostics', { checks });
    const shown = await relay.must('GET', `${at}/machines/pc01/diagnostics`);
    expect(shown).toEqual({ takenAt: expect.any(String), checks });
    const again = await relay.api('POST', `${at}/machines/pc01/diagnostics`);
    expect(again.body.error.code).toBe('RATE_LIMITED');
  });

  test('diagnostics of a machine that is away, or too old, can not be asked for', async () => {
    const old = await activateMachine(relay.server.url, token, 'old');
    const ask = async () => (await relay.api('POST', `${at}/machines/old/diagnostics`)).body.error.code;
    expect(await ask()).toBe('AGENT_TOO_OLD');
    await old.connection.close();
    await expect.poll(ask).toBe('MACHINE_OFFLINE');
  });
});

describe('a machine', () => {
  test('has a history: activated, came, went, newest first, written or not yet', async () => {
    const pc = await activateMachine(relay.server.url, token, 'pc03');
    await pc.connection.close();
    const history = async () => {
      const { items } = await relay.must('GET', `${at}/machines/pc03/history`);
      return items.map(({ what }: { what: string }) => what);
    };
    await expect.poll(history).toEqual(['went', 'came', 'activated']);
    await relay.server.control.context.sightings.flush();
    expect(await history()).toEqual(['went', 'came', 'activated']);
  });

  test('has the peers that policy gives it, a page at a time', async () => {
    const first = await relay.must('GET', `${at}/machines/pc01/peers?limit=1`);
    expect(first.items).toMatchObject([{ name: 'old', memberOf: 'staff', online: false, sentPerSecond: null }]);
    const second = await relay.must('GET', `${at}/machines/pc01/peers?limit=1&after=${first.next}`);
    expect(second).toMatchObject({ items: [{ name: 'pc03' }], next: null });
    const { items } = await relay.must('GET', `${at}/machines/pc01/peers?search=PC`);
    expect(items.map(({ name }: { name: string }) => name)).toEqual(['pc03']);
  });
});

test('activity names every connection and interconnected group, and the relay what it does', async () => {
  const { connections, groups } = await relay.must('GET', `${at}/activity`);
  expect(connections).toEqual([]);
  expect(groups).toMatchObject([{ pairs: 0, bytesPerSecond: 0 }]);
  const shown = relayOverTime.parse(await relay.must('GET', '/relay'));
  expect(shown.now.controlConnections).toBeGreaterThan(0);
  expect(shown.now.residentBytes).toBeGreaterThan(1e6);
  expect(Object.keys(shown.now.droppedPerSecond)).toContain('too-old');
});
