/** Role instances that stop without goodbye, on a clock turned by hand. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { HandClock } from '../hand-clock.fixture.ts';
import { activateMachine, type LoopbackMachine, returnMachine } from '../loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

const AT = '/subscriptions/contoso';
const GONE_MS = LIMITS.INSTANCE_GONE_MS.value;
let clock: HandClock;
let relay: LoopbackServer;
let role: string;

beforeEach(async () => {
  clock = new HandClock();
  relay = await startLoopbackServer({ clock });
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  await relay.must('POST', `${AT}/roles`, { name: 'web' });
  role = (await relay.must('POST', `${AT}/tokens`, { role: 'web' })).token;
});
afterEach(() => relay[Symbol.asyncDispose]());

const instance = (name: string) => activateMachine(relay.server.url, role, name);

async function names(): Promise<string[]> {
  const { items } = await relay.must('GET', `${AT}/machines`);
  return items.map((machine: { name: string }) => machine.name);
}

/** Its connection is closed, and the server knows. */
async function stop(machine: LoopbackMachine): Promise<void> {
  await machine.connection.close();
  await expect.poll(() => relay.server.control.context.presence.isOnline(machine.self.id)).toBe(false);
}

describe('a role instance that stops without goodbye', () => {
  test('is removed a set time after it stopped, with an entry in the audit; others stay', async () => {
    const computer = (await relay.must('POST', `${AT}/tokens`, {})).token;
    await stop(await activateMachine(relay.server.url, computer, 'pc'));
    await instance('web-1');
    await stop(await instance('web-0'));
    clock.advance(GONE_MS - 1);
    expect(await names()).toEqual(['pc', 'web-0', 'web-1']);
    clock.advance(1);
    await expect.poll(names).toEqual(['pc', 'web-1']);
    const { items } = await relay.must('GET', '/audit?limit=1');
    expect(items[0]).toMatchObject({
      action: 'machine.remove',
      by: { kind: 'server', name: 'the server itself' },
      target: { kind: 'machine', name: 'web-0' },
    });
    clock.advance(GONE_MS * 3);
    expect(await names()).toEqual(['pc', 'web-1']);
  });

  test('and comes back in time stays, and has the whole time again', async () => {
    const web = await instance('web-0');
    await stop(web);
    clock.advance(GONE_MS - 1);
    await returnMachine(relay.server.url, web);
    clock.advance(GONE_MS * 2);
    expect(await names()).toEqual(['web-0']);
    await stop(web);
    clock.advance(GONE_MS - 1);
    expect(await names()).toEqual(['web-0']);
    clock.advance(1);
    await expect.poll(names).toEqual([]);
  });

  test('is forgotten: it can not authenticate, and activates anew with its token', async () => {
    const web = await instance('web-0');
    await stop(web);
    clock.advance(GONE_MS);
    await expect.poll(names).toEqual([]);
    await expect(returnMachine(relay.server.url, web)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    const again = await activateMachine(relay.server.url, role, 'web-0', web.keys);
    expect(again.self).toMatchObject({ name: 'web-0', memberOf: { name: 'web' } });
    // Its id follows from its key, so that nobody else can be put in its place.
    expect(again.self.id).toBe(web.self.id);
  });

  test('stays when it was disabled: removed, it could come back with its token', async () => {
    const web = await instance('web-0');
    await relay.must('PATCH', `${AT}/machines/web-0`, { disabled: true });
    await stop(web);
    clock.advance(GONE_MS * 2);
    expect(await names()).toEqual(['web-0']);
    await relay.must('PATCH', `${AT}/machines/web-0`, { disabled: false });
    clock.advance(GONE_MS);
    await expect.poll(names).toEqual([]);
  });

  test('many at once go in one change', async () => {
    const stopped = await Promise.all(Array.from({ length: 20 }, (_, i) => instance(`web-${i}`)));
    await Promise.all(stopped.map(stop));
    const before = (await relay.must('GET', AT)).policyVersion;
    clock.advance(GONE_MS);
    await expect.poll(names).toEqual([]);
    expect((await relay.must('GET', AT)).policyVersion).toBe(before + 1);
  });

  test('one that says goodbye is gone at once', async () => {
    const web = await instance('web-0');
    await web.connection.request('deactivate', {});
    expect(await names()).toEqual([]);
    clock.advance(GONE_MS * 2);
  });
});

test('time in which the server did not run does not count', async () => {
  await stop(await instance('web-0'));
  clock.advance(GONE_MS - 1);
  const { dataDirectory, apiKey } = relay;
  await relay.server.close();
  clock.advance(GONE_MS * 10);
  relay = await startLoopbackServer({ clock, dataDirectory });
  const present = () => relay.server.control.context.directory.machines;
  expect(apiKey).toBeDefined();
  clock.advance(GONE_MS - 1);
  expect(present()).toBe(1);
  clock.advance(1);
  await expect.poll(present).toBe(0);
});
