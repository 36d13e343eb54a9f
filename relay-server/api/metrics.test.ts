import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Reading, RelayOverTime } from '../control/relay-over-time.ts';
import { Downloads } from '../installing/downloads.ts';
import { activateMachine } from '../loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';
import { RelayCore } from '../relay/core.ts';
import { buildApi } from './app.ts';

const READING: Reading = {
  relayConnections: 0,
  controlConnections: 0,
  inBytes: 0,
  outBytes: 0,
  frames: 0,
  dropped: {},
  queuedBytes: 0,
  queueAgeMs: 0,
  cpuSeconds: 0,
  residentBytes: 0,
  heapBytes: 0,
};

let relay: LoopbackServer;

beforeAll(async () => {
  relay = await startLoopbackServer();
});
afterAll(() => relay[Symbol.asyncDispose]());

test('/metrics tells what was done', async () => {
  for (const name of ['contoso', 'fabrikam']) await relay.must('POST', '/subscriptions', { name });
  const { token } = await relay.must('POST', '/subscriptions/contoso/tokens', {});
  for (const name of ['sql01', 'web-1', 'web-2']) await activateMachine(relay.server.url, token, name);
  const text: string = (await relay.api('GET', './metrics', undefined, null)).body;
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  expect(value('causeway_subscriptions')).toBe(2);
  expect(value('causeway_activations_total')).toBe(3);
  expect(value('causeway_machines')).toBe(3);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(text).toMatch(/causeway_relay_dropped_frames_total\{reason="[a-z-]+"\} 0/);
});

test('/metrics is for the server itself, or for a key', async () => {
  const { control } = relay.server;
  const overTime = new RelayOverTime(control.context.clock, '0', () => READING);
  const api = await buildApi({
    control,
    overTime,
    installing: { downloads: new Downloads('/nowhere'), curlPin: undefined, containerImage: undefined },
    relayMetrics: () => new RelayCore({ onPresence: () => {}, onTicket: () => {} }).metrics(),
    logger: pino({ level: 'silent' }),
  });
  const ask = async (remoteAddress: string, key?: string) =>
    (await api.inject({ url: '/metrics', remoteAddress, headers: key ? { authorization: `Bearer ${key}` } : {} }))
      .statusCode;
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) expect(await ask(address)).toBe(200);
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '127.evil']) {
    expect(await ask(address)).toBe(401);
    expect(await ask(address, relay.apiKey)).toBe(200);
  }
  await api.close();
  overTime.close();
});
