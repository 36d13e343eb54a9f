import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { decodeToken, encodeToken } from '#protocol/token.ts';
import { InProcessAgent, InProcessNetwork, until } from './network.ts';

let network: InProcessNetwork;

beforeEach(async () => {
  network = await InProcessNetwork.start();
});
afterEach(() => network[Symbol.asyncDispose]());

async function wantedOnDisk(name: string): Promise<unknown> {
  const text = await readFile(join(network.directory, name, 'activation.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { wanted?: unknown }).wanted;
}

describe('up and down', () => {
  test('up while up changes nothing, and answers at once', async () => {
    const agent = await network.member('a', await network.administrator.token());
    expect((await agent.up()).summary).toBe('connected');
    expect(agent.host.adapters).toBe(1);
  });

  test('down in the middle of up: the last word counts, and the waiting up comes back', async () => {
    const agent = await network.member('a', await network.administrator.token());
    await agent.engine.down({ forget: false });
    const [up, down] = await Promise.all([agent.up(), agent.engine.down({ forget: false })]);
    expect(up.summary).toBe('off');
    expect(down.summary).toBe('off');
    expect(await wantedOnDisk('a')).toBe('down');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(Object.values(agent.engine.status().parts).map(({ state }) => state)).toEqual([
      'ok',
      'off',
      'off',
      'off',
      'off',
    ]);
  });

  test('what the owner wants outlives the agent, and a proof does not', async () => {
    const { administrator } = network;
    const agent = await network.member('a', await administrator.token());
    await agent.engine[Symbol.asyncDispose]();
    expect(await wantedOnDisk('a')).toBe('up');
    await network.server.close();

    const again = await InProcessAgent.start('a', join(network.directory, 'a'));
    expect(again.engine.status().parts.activation).toMatchObject({ state: 'ok', provenAt: null });
    await until(() => again.engine.status().parts.control.state === 'failed');
    expect(again.engine.status()).toMatchObject({
      summary: 'degraded',
      machine: { name: 'a' },
      parts: { control: { error: { code: 'SERVER_UNREACHABLE' } } },
    });
    const server = await network.restartServer();
    expect((await again.up()).summary).toBe('connected');
    await again.engine[Symbol.asyncDispose]();
    await server.close();
  });

  test('nothing starts in an engine that was disposed of', async () => {
    const agent = await network.member('a', await network.administrator.token());
    const ending = agent.engine[Symbol.asyncDispose]();
    await expect(agent.up()).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    await ending;
    expect(agent.host.adapters).toBe(1);
  });
});

test('somebody who watches sees each state, and the end of the server at once', async () => {
  const agent = await InProcessAgent.start('a', join(network.directory, 'a'));
  const leave = new AbortController();
  const seen: AgentStatus[] = [];
  const watching = agent.engine.watch({
    progress: (status) => seen.push(status),
    taken: () => Promise.resolve(),
    signal: leave.signal,
  });
  expect(seen.map(({ summary }) => summary)).toEqual(['not-activated']);
  await agent.up(await network.administrator.token());
  await until(() => seen.at(-1)?.summary === 'connected');
  await network.server.close();
  await until(() => seen.at(-1)?.summary === 'degraded');
  leave.abort();
  await watching;
  await agent.engine[Symbol.asyncDispose]();
});

describe('leaving', () => {
  test('while the server is away: refused, and nothing is lost, up or down', async () => {
    const agent = await network.member('a', await network.administrator.token());
    await network.server.close();
    await expect(agent.engine.down({ forget: true })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    expect(agent.engine.status()).toMatchObject({ wanted: 'up', machine: { name: 'a' } });
    await agent.engine.down({ forget: false });
    await expect(agent.engine.down({ forget: true })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    expect(agent.engine.status()).toMatchObject({ summary: 'off', wanted: 'down' });
    expect(agent.host.adapters).toBe(1);
    expect((await agent.engine.down({ forget: true, offline: true })).summary).toBe('not-activated');
    expect(await wantedOnDisk('a')).toBeUndefined();
  });

  test('while down needs no adapter', async () => {
    const agent = await network.member('a', await network.administrator.token());
    await agent.engine.down({ forget: false });
    expect((await agent.engine.down({ forget: true })).summary).toBe('not-activated');
    expect(agent.host.adapters).toBe(1);
    expect((await network.administrator.attempt('GET', '/machines/a')).status).toBe(404);
  });

  test('a subscription that has removed the machine already', async () => {
    const agent = await network.member('a', await network.administrator.token());
    await network.administrator.attempt('DELETE', '/machines/a');
    await until(() => agent.engine.status().summary === 'not-activated');
    expect((await agent.engine.down({ forget: true })).machine).toBeNull();
    const other = await network.administrator.newSubscription('fabrikam');
    expect((await agent.up(await other.token())).machine?.subscription).toBe('fabrikam');
  });
});

describe('an administrator', () => {
  test('disables a machine, which says so, and enables it again', async () => {
    const { administrator } = network;
    const agent = await network.member('a', await administrator.token());
    await administrator.attempt('PATCH', '/machines/a', { disabled: true });
    await until(() => agent.engine.status().parts.control.error?.code === 'MACHINE_DISABLED');
    await until(() => agent.engine.status().parts.relay.state === 'failed');
    await until(async () => (await agent.engine.provenStatus()).parts.relay.error?.code === 'MACHINE_DISABLED');
    expect(agent.engine.status().summary).toBe('degraded');
    await expect(agent.engine.peers()).rejects.toMatchObject({ code: 'MACHINE_DISABLED' });
    await administrator.attempt('PATCH', '/machines/a', { disabled: false });
    // The relay goes by whole seconds: a ticket of the second in which the machine was cut off is refused.
    await until(async () => (await agent.up()).summary === 'connected');
  });

  test('renames a machine and moves it to a group: its status says so, now and after a restart', async () => {
    const { administrator } = network;
    await administrator.group('office');
    const agent = await network.member('a', await administrator.token());
    expect(agent.engine.status().machine?.memberOf).toBeNull();
    await administrator.attempt('PATCH', '/machines/a', { name: 'b', group: 'office' });
    await until(() => agent.engine.status().machine?.memberOf === 'office');
    expect(agent.engine.status().machine?.name).toBe('b');
    await agent.engine[Symbol.asyncDispose]();
    const again = await InProcessAgent.start('a', join(network.directory, 'a'));
    expect(again.engine.status().machine).toMatchObject({ name: 'b', memberOf: 'office' });
    await again.engine[Symbol.asyncDispose]();
  });
});

describe('what may go wrong', () => {
  test('a second activation that fails leaves the first, and claims no proof of it', async () => {
    const token = decodeToken(await network.administrator.token());
    const agent = await network.member('a', encodeToken(token));
    const { provenAt } = agent.engine.status().parts.activation;
    const wrong = encodeToken({ ...token, secret: new Uint8Array(20) });
    await expect(agent.up(wrong)).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' });
    expect(agent.engine.status()).toMatchObject({ summary: 'connected', parts: { activation: { provenAt } } });
  });

  test('a sleep of the computer: the server’s time is learnt anew', async () => {
    let asleep = 0;
    const agent = await network.agent('a', {
      wall: () => Date.now() + asleep,
      monotonic: () => performance.now(),
    });
    await agent.up(await network.administrator.token());
    expect(agent.engine.status().parts.control.error).toBeNull();
    asleep = 3_600_000;
    await until(() => agent.engine.status().parts.control.error?.code === 'CLOCK_SKEWED');
    expect(agent.logged).toContainEqual({ message: 'surroundings changed', details: { change: 'clock' } });
    asleep = 0;
    await until(() => agent.engine.status().parts.control.error === null);
    expect((await agent.engine.provenStatus()).summary).toBe('connected');
  });

  test('while somebody looks, the relay is proven more often than otherwise', async () => {
    // Only the connections' clock is set forward: the computer itself has not slept.
    const monotonic = performance.now.bind(performance);
    const agent = await network.agent('a', { wall: Date.now, monotonic });
    await agent.up(await network.administrator.token());
    const [before, enough] = [Date.now(), new AbortController()];
    await until(() => Date.now() > before);
    const ahead = vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + LIMITS.WATCHED_PROOF_MS.value);
    const listener = { progress: () => {}, taken: async () => {}, signal: enough.signal };
    const watching = agent.engine.watch(listener, { peers: false });
    await until(() => (agent.engine.status().parts.relay.provenAt ?? 0) > before);
    ahead.mockRestore();
    enough.abort();
    await watching;
  });

  test('another way out: nothing is called connected until it has proven itself again', async () => {
    const agent = await network.member('a', await network.administrator.token());
    const changed = Date.now();
    agent.host.changeNetwork({ connected: true, wayOut: 'b', sources: [], addresses: 'b' });
    let status = agent.engine.status();
    while (status.summary === 'connected') {
      await new Promise((resolve) => setImmediate(resolve));
      status = agent.engine.status();
    }
    expect(status.summary).toBe('connecting');
    expect(status.parts).toMatchObject({ control: { state: 'pending' }, relay: { state: 'pending' } });
    await until(() => agent.engine.status().summary === 'connected');
    const { control, relay } = agent.engine.status().parts;
    for (const part of [control, relay]) expect(part.provenAt).toBeGreaterThanOrEqual(changed);
  });

  test('a process that was stopped looks before it says anything', async () => {
    let missed = 0;
    const agent = await network.agent('a', {
      wall: () => Date.now() + missed,
      monotonic: () => performance.now() + missed,
    });
    await agent.up(await network.administrator.token());
    missed = 60_000;
    expect(agent.engine.status().summary).toBe('connecting');
    await until(() => agent.engine.status().summary === 'connected');
  });

  test('what is no name and no address is refused here, and costs nothing', async () => {
    const agent = await network.member('a', await network.administrator.token());
    await expect(agent.engine.resolve('1.2.3')).rejects.toMatchObject({ code: 'NAME_INVALID' });
    await expect(agent.engine.resolve('fe80::1%eth0')).rejects.toMatchObject({ code: 'NAME_INVALID' });
    await expect(agent.engine.resolve('FD00:0:0::1')).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    expect(agent.engine.status().parts.control.state).toBe('ok');
  });

  test('a status asked for is proven then', async () => {
    const agent = await network.member('a', await network.administrator.token());
    const asked = Date.now();
    const { parts } = await agent.engine.provenStatus();
    for (const part of [parts.control, parts.relay, parts.adapter, parts.names]) {
      expect(part.provenAt).toBeGreaterThanOrEqual(asked);
    }
  });

  test('neither the token nor a key is ever logged', async () => {
    const text = await network.administrator.token();
    const agent = await network.member('a', text);
    await network.administrator.attempt('DELETE', '/machines/a');
    await until(() => agent.logged.some(({ message }) => message === 'control offline'));
    const log = JSON.stringify(agent.logged);
    const identity = await readFile(join(network.directory, 'a', 'identity.json'), 'utf8');
    const secrets = [
      text,
      Buffer.from(decodeToken(text).secret).toString('base64url'),
      ...(identity.match(/[\w-]{43}/g) ?? []),
    ];
    expect(secrets.length).toBe(6);
    for (const secret of secrets) expect(log).not.toContain(secret);
  });
});
