import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeToken, encodeToken } from '#protocol/token.ts';
import { type InProcessAgent, InProcessNetwork, until } from './network.ts';

let network: InProcessNetwork;

beforeEach(async () => {
  network = await InProcessNetwork.start();
});
afterEach(() => network[Symbol.asyncDispose]());

/** An office computer and a role instance that may talk. */
async function connectedPair(): Promise<{ sql01: InProcessAgent; web: InProcessAgent; connection: string }> {
  const { administrator } = network;
  const [office, role] = [await administrator.group('office'), await administrator.role('web')];
  const connection = await administrator.connect(office, role);
  const sql01 = await network.member('sql01', await administrator.token(office));
  const web = await network.member('web-1', await administrator.token(role));
  return { sql01, web, connection };
}

describe('two machines', () => {
  test('that policy connects reach each other by name, in both families', async () => {
    const { sql01, web } = await connectedPair();
    const { ipv4, ipv6 } = await web.engine.resolve('sql01');
    for (const address of [ipv4, ipv6]) {
      web.send(address, `hello ${address}`);
      await until(() => sql01.received().some((packet) => packet.includes(`hello ${address}`)));
    }
    const answer = await web.engine.ping('sql01', 5_000);
    expect(answer).toMatchObject({ name: 'sql01', address: ipv6 });
    expect(answer.roundTripMs).toBeGreaterThan(0);
    expect(web.engine.status().peers).toMatchObject([{ name: 'sql01', state: 'connected' }]);
    expect((await sql01.engine.peers()).peers).toMatchObject([
      { name: 'web-1', online: true, session: { name: 'web-1' } },
    ]);
  });

  test('reach each other by the first packet after a start, though nobody could be asked about it yet', async () => {
    const { sql01, web } = await connectedPair();
    const { ipv4 } = await web.engine.resolve('sql01');
    await web.engine.down({ forget: false });
    const connected = web.up();
    // The adapter in memory is up before the first byte from the server can be.
    while (web.engine.status().parts.adapter.state !== 'ok') await new Promise((resolve) => setImmediate(resolve));
    expect(web.engine.status().parts.control.state).toBe('pending');
    web.send(ipv4, 'early');
    await until(() => sql01.received().some((packet) => packet.includes('early')));
    expect((await connected).summary).toBe('connected');
  });

  test('in no group reach nobody, and do not learn that the other exists', async () => {
    const { administrator } = network;
    const token = await administrator.token();
    const [a, b] = [await network.member('a', token), await network.member('b', token)];
    await expect(a.engine.resolve('b')).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
    await expect(a.engine.resolve('nobody')).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
    const { ipv4 } = await administrator.machine('b');
    await expect(a.engine.resolve(ipv4)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    a.send(ipv4, 'let me in');
    // The reply to a denied packet: ICMP type 3, code 13.
    await until(() => a.received().some((packet) => packet.includes('\u0003\r')));
    expect(b.received()).toEqual([]);
  });

  test('are cut off from each other when the connection is removed', async () => {
    const { sql01, web, connection } = await connectedPair();
    const { ipv4 } = await web.engine.resolve('sql01');
    await web.engine.ping('sql01', 5_000);
    await network.administrator.disconnect(connection);
    await until(() => web.engine.status().peers.length === 0 && sql01.engine.status().peers.length === 0);
    web.send(ipv4, 'after');
    await expect(web.engine.ping('sql01', 300)).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
    expect(sql01.received().join()).not.toContain('after');
  });

  test('find each other again after the server was restarted', async () => {
    const { sql01, web } = await connectedPair();
    const { ipv4 } = await web.engine.resolve('sql01');
    await web.engine.ping('sql01', 5_000);
    await network.server.close();
    await until(() => web.engine.status().parts.relay.state === 'failed');
    const again = await network.restartServer();
    await until(async () => (await web.engine.provenStatus()).summary === 'connected');
    await until(async () => (await sql01.engine.provenStatus()).summary === 'connected');
    web.send(ipv4, 'still here');
    await until(() => sql01.received().some((packet) => packet.includes('still here')));
    await again.close();
  });
});

describe('the agent', () => {
  test('says connected only when every part is proven, and off when its owner says so', async () => {
    const token = await network.administrator.token();
    const agent = await network.agent('a');
    expect(agent.engine.status().summary).toBe('not-activated');
    const status = await agent.up(token);
    expect(status.summary).toBe('connected');
    for (const part of Object.values(status.parts)) {
      expect(part.state).toBe('ok');
      expect(part.provenAt).toBeLessThanOrEqual(status.at);
    }
    expect((await agent.engine.down({ forget: false })).summary).toBe('off');
    await expect(agent.engine.ping('b', 100)).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    expect((await agent.up()).summary).toBe('connected');
  });

  test('leaves the subscription on request, and its name is free again', async () => {
    const { administrator } = network;
    const agent = await network.member('a', await administrator.token());
    expect((await agent.engine.down({ forget: true })).summary).toBe('not-activated');
    expect((await administrator.attempt('GET', '/machines/a')).status).toBe(404);
    await agent.engine[Symbol.asyncDispose]();
    await network.member('a', await administrator.token());
  });

  test('activates again with the same keys as the same machine', async () => {
    const { administrator } = network;
    const token = await administrator.token();
    const agent = await network.member('a', token);
    const before = agent.engine.status().machine?.id;
    expect((await agent.up(token)).machine?.id).toBe(before);
  });

  test('an adapter that is deleted under it is made anew', async () => {
    const { sql01, web } = await connectedPair();
    await web.engine.ping('sql01', 5_000);
    web.host.os?.removeInterface();
    expect(web.engine.status().parts.adapter).toMatchObject({ state: 'failed', error: { code: 'ADAPTER_FAILED' } });
    await until(() => web.engine.status().parts.adapter.state === 'ok');
    expect(web.host.adapters).toBe(2);
    const { ipv6 } = await web.engine.resolve('sql01');
    web.send(ipv6, 'again');
    await until(() => sql01.received().some((packet) => packet.includes('again')));
  });

  test('a machine that an administrator removes is told so and talks to nobody', async () => {
    const { sql01, web } = await connectedPair();
    await web.engine.ping('sql01', 5_000);
    await network.administrator.attempt('DELETE', '/machines/web-1');
    await until(() => web.engine.status().summary === 'not-activated');
    expect(web.engine.status().peers).toEqual([]);
    expect(sql01.engine.status().peers).toEqual([]);
  });

  test('diagnose goes along the chain and names each link', async () => {
    const { web } = await connectedPair();
    await web.engine.ping('sql01', 5_000);
    const checks = await web.engine.diagnose(() => undefined);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      'activation',
      'state',
      'clock',
      'proxy',
      'server name',
      'server port',
      'server key',
      'server answers',
      'control',
      'lock',
      'relay',
      'adapter',
      'route',
      'names',
      'peer sql01',
    ]);
  });
});

describe('bad input', () => {
  test('a mistyped token is refused before any network call', async () => {
    const token = await network.administrator.token();
    const agent = await network.agent('a');
    await network.server.close();
    await expect(agent.up(token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).rejects.toMatchObject({
      code: 'TOKEN_MISTYPED',
      remedy: expect.stringMatching(/Copy the whole token/),
    });
  });

  test('a server with another key is refused, and gets nothing', async () => {
    const token = decodeToken(await network.administrator.token());
    const other = await InProcessNetwork.start();
    const agent = await network.agent('a');
    const wrong = encodeToken({ ...token, server: other.server.url });
    await expect(agent.up(wrong)).rejects.toMatchObject({ code: 'SERVER_PIN_MISMATCH' });
    expect(agent.engine.status().parts.activation).toMatchObject({
      state: 'failed',
      error: { code: 'SERVER_PIN_MISMATCH', remedy: expect.stringMatching(/intercepts TLS/) },
    });
    await other[Symbol.asyncDispose]();
  });

  test('an unknown token of the right form', async () => {
    const token = decodeToken(await network.administrator.token());
    const agent = await network.agent('a');
    const unknown = encodeToken({ ...token, secret: new Uint8Array(20) });
    await expect(agent.up(unknown)).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' });
    expect(agent.engine.status().summary).toBe('not-activated');
  });

  test('a name that another machine has', async () => {
    const token = await network.administrator.token();
    await network.member('a', token);
    const agent = await network.agent('b');
    await expect(agent.engine.up({ token, name: 'A', timeoutMs: 5_000 })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await expect(agent.engine.up({ token, name: 'no spaces', timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'NAME_INVALID',
    });
  });

  test.each([
    ['slow', -2],
    ['fast', 2],
  ])('a clock two days %s: warned of, and everything works', async (_, days) => {
    const { administrator } = network;
    const group = await administrator.group('office', { interconnected: true });
    const token = await administrator.token(group);
    await network.member('sql01', token);
    const off = days * 86_400_000;
    const agent = await network.agent('wrong', { wall: () => Date.now() + off, monotonic: () => performance.now() });
    const status = await agent.up(token);
    expect(status.summary).toBe('connected');
    expect(status.parts.control.error).toMatchObject({
      code: 'CLOCK_SKEWED',
      message: expect.stringMatching(/2 days/),
    });
    await agent.engine.ping('sql01', 5_000);
  });

  test('a token of another subscription while activated', async () => {
    const agent = await network.member('a', await network.administrator.token());
    const other = await network.administrator.newSubscription('fabrikam');
    await expect(agent.up(await other.token())).rejects.toMatchObject({ code: 'ALREADY_ACTIVATED' });
    expect(agent.engine.status().summary).toBe('connected');
  });
});
