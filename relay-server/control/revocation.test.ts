import { type CryptoKey, importJWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyGrant, verifyTicket } from '#protocol/grants.ts';
import { LIMITS } from '#protocol/limits.ts';
import { parseLabel } from '#protocol/names.ts';
import { activateMachine, type LoopbackMachine, returnMachine } from '../loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

let relay: LoopbackServer;
let url: string;
let round = 0;
/** Path of a subscription of its own for each test. */
let at: string;

beforeAll(async () => {
  relay = await startLoopbackServer();
  url = relay.server.url;
});
afterAll(() => relay[Symbol.asyncDispose]());

interface Scene {
  readonly pc: LoopbackMachine;
  readonly sql: LoopbackMachine;
  readonly web: LoopbackMachine;
  readonly connection: string;
}
let scene: Scene;

const tokenFor = async (options: object): Promise<string> => (await relay.must('POST', `${at}/tokens`, options)).token;
const peerName = (machine: LoopbackMachine) => ({ name: machine.self.name });
const peerId = (machine: LoopbackMachine) => ({ machine: machine.self.id });

/** The role web connected to the group office (sql01); pc in the group lab. */
beforeEach(async () => {
  at = `/subscriptions/s${++round}`;
  await relay.must('POST', '/subscriptions', { name: `s${round}` });
  await relay.must('POST', `${at}/groups`, { name: 'office' });
  await relay.must('POST', `${at}/groups`, { name: 'lab' });
  await relay.must('POST', `${at}/roles`, { name: 'web' });
  const [sql, pc, web] = [
    await activateMachine(url, await tokenFor({ group: 'office' }), 'sql01'),
    await activateMachine(url, await tokenFor({ group: 'lab' }), 'pc'),
    await activateMachine(url, await tokenFor({ role: 'web' }), 'web'),
  ];
  const sides = { a: { kind: 'role', name: 'web' }, b: { kind: 'group', name: 'office' } };
  scene = { pc, sql, web, connection: (await relay.must('POST', `${at}/connections`, sides)).id };
});

describe('grants', () => {
  test('are given for a connected pair, by name, address and id, and verify', async () => {
    const { web, sql } = scene;
    const answer = await web.connection.request('peerByName', peerName(sql));
    expect(answer.peer).toMatchObject({ id: sql.self.id, key: sql.keys.tunnelKey, ipv4: sql.self.ipv4 });
    const key = (await importJWK({ kty: 'OKP', crv: 'Ed25519', x: web.grantKey }, 'EdDSA')) as CryptoKey;
    const claims = await verifyGrant(answer.grant, key, Date.now());
    expect(claims.machines.map((machine) => machine.id)).toEqual([web.self.id, sql.self.id]);
    expect(claims.exp - claims.iat).toBe(LIMITS.GRANT_LIFETIME_S.value);
    expect(claims.exp * 1000).toBe(answer.expiresAt);
    for (const address of [sql.self.ipv4, sql.self.ipv6, sql.self.ipv6.toUpperCase()]) {
      expect((await web.connection.request('peerByAddress', { address })).peer.id).toBe(sql.self.id);
    }
    // Either end may begin.
    expect((await sql.connection.request('peerById', peerId(web))).peer.name).toBe('web');
  });

  test('are refused otherwise: a name as if it did not exist, an address with the reason', async () => {
    const { web, pc } = scene;
    const byName = web.connection.request('peerByName', peerName(pc));
    await expect(byName).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
    const never = web.connection.request('peerByName', { name: parseLabel('never') });
    await expect(never).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
    const byAddress = web.connection.request('peerByAddress', { address: pc.self.ipv4 });
    await expect(byAddress).rejects.toMatchObject({
      code: 'POLICY_DENIED',
      message: 'The role web (web) is not connected to the group lab (pc).',
    });
    await expect(web.connection.request('peerById', peerId(pc))).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  });

  test('are never given across subscriptions', async () => {
    const { web } = scene;
    await relay.must('POST', '/subscriptions', { name: `other${round}` });
    const other = `/subscriptions/other${round}`;
    const { token } = await relay.must('POST', `${other}/tokens`, {});
    const stranger = await activateMachine(url, token, 'stranger');
    const denied = { code: 'POLICY_DENIED' };
    await expect(web.connection.request('peerById', peerId(stranger))).rejects.toMatchObject(denied);
    await expect(stranger.connection.request('peerById', peerId(web))).rejects.toMatchObject(denied);
    const address = { address: stranger.self.ipv6 };
    await expect(web.connection.request('peerByAddress', address)).rejects.toMatchObject(denied);
    const both = relay.api('GET', `${at}/reachability?from=web&to=${stranger.self.id}`);
    expect((await both).status).toBe(404);
  });

  test('a relay ticket names the machine and expires', async () => {
    const { ticket, expiresAt } = await scene.web.connection.request('relayTicket', {});
    const key = (await importJWK({ kty: 'OKP', crv: 'Ed25519', x: scene.web.grantKey }, 'EdDSA')) as CryptoKey;
    const claims = await verifyTicket(ticket, key, Date.now());
    expect(claims).toMatchObject({ sub: scene.web.self.id, subscription: scene.web.self.subscription.id });
    expect(expiresAt).toBe((claims.iat + LIMITS.TICKET_LIFETIME_S.value) * 1000);
  });
});

describe('revocation', () => {
  /** Both ends of the pair hear of it, and a new grant is refused. */
  async function expectCut(reason: string): Promise<void> {
    const { web, sql } = scene;
    expect(await web.connection.event('revoked')).toMatchObject({ peers: [sql.self.id], reason });
    expect(await sql.connection.event('revoked')).toMatchObject({ peers: [web.self.id], reason });
    await expect(web.connection.request('peerById', peerId(sql))).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  }

  test('of a disconnected pair reaches both ends, and nobody else', async () => {
    const { web, sql, pc, connection } = scene;
    await web.connection.request('peerById', peerId(sql));
    await relay.must('DELETE', `${at}/connections/${connection}`);
    await expectCut('The role web was disconnected from the group office.');
    await pc.connection.event('policy-changed');
    expect(pc.connection.events.filter((event) => event.event === 'revoked')).toEqual([]);
  });

  test('follows a machine that is moved to another group, and it sees the other side', async () => {
    const { web, sql, pc } = scene;
    await relay.must('PATCH', `${at}/groups/lab`, { interconnected: true });
    await web.connection.request('peerById', peerId(sql));
    await relay.must('PATCH', `${at}/machines/sql01`, { group: 'lab' });
    await expectCut('sql01 was moved to the group lab.');
    const { self } = await sql.connection.event('self-changed');
    expect(self.memberOf).toMatchObject({ kind: 'group', name: 'lab' });
    expect((await sql.connection.request('peerByName', peerName(pc))).peer.id).toBe(pc.self.id);
  });

  test('follows a machine taken out of its group, and a group removed', async () => {
    const { web, sql } = scene;
    await web.connection.request('peerById', peerId(sql));
    await relay.must('PATCH', `${at}/machines/sql01`, { group: null });
    await expectCut('sql01 was taken out of its group.');
    await relay.must('PATCH', `${at}/machines/sql01`, { group: 'office' });
    await web.connection.request('peerById', peerId(sql));
    await relay.must('DELETE', `${at}/groups/office`);
    await expectCut('The group office was removed.');
    expect((await relay.must('GET', `${at}/machines/sql01`)).group).toBeNull();
    expect((await relay.must('GET', `${at}/connections`)).items).toEqual([]);
  });

  test('cuts off a machine that is removed, and its peers hear of it', async () => {
    const { web, sql } = scene;
    await web.connection.request('peerById', peerId(sql));
    await relay.must('DELETE', `${at}/machines/sql01`);
    expect((await sql.connection.event('cut-off')).error.code).toBe('AUTHENTICATION_FAILED');
    expect(await sql.connection.closed).toMatchObject({ status: 1008 });
    expect(await web.connection.event('revoked')).toMatchObject({ peers: [sql.self.id], reason: 'sql01 was removed.' });
    await expect(returnMachine(url, sql)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });

  test('cuts off a machine that is disabled, and the instances of a role that is removed', async () => {
    const { web, sql } = scene;
    await web.connection.request('peerById', peerId(sql));
    await relay.must('PATCH', `${at}/machines/sql01`, { disabled: true });
    expect((await sql.connection.event('cut-off')).error.code).toBe('MACHINE_DISABLED');
    expect(await web.connection.event('revoked')).toMatchObject({ reason: 'sql01 was disabled.' });
    await relay.must('DELETE', `${at}/roles/web`);
    expect((await web.connection.event('cut-off')).error.code).toBe('AUTHENTICATION_FAILED');
    expect((await relay.must('GET', `${at}/machines`)).items.map((m: { name: string }) => m.name)).toEqual([
      'pc',
      'sql01',
    ]);
  });

  test('cuts off everybody when the subscription is removed', async () => {
    await relay.must('DELETE', at);
    for (const machine of [scene.web, scene.sql, scene.pc]) {
      expect((await machine.connection.event('cut-off')).error.code).toBe('AUTHENTICATION_FAILED');
      await machine.connection.closed;
    }
    expect((await relay.api('GET', `${at}/machines`)).status).toBe(404);
  });

  test('of the interconnection cuts its members and leaves other pairs alone', async () => {
    const { web, sql } = scene;
    await relay.must('PATCH', `${at}/groups/office`, { interconnected: true });
    const second = await activateMachine(url, await tokenFor({ group: 'office' }), 'sql02');
    await second.connection.request('peerById', peerId(sql));
    await web.connection.request('peerById', peerId(sql));
    await relay.must('PATCH', `${at}/groups/office`, { interconnected: false });
    expect((await sql.connection.event('revoked')).peers).toEqual([second.self.id]);
    await web.connection.event('policy-changed');
    expect(web.connection.events.filter((event) => event.event === 'revoked')).toEqual([]);
  });

  test('that happened while a machine was away is found by sync; what is allowed counts as live again', async () => {
    const { web, sql, connection } = scene;
    await web.connection.request('peerById', peerId(sql));
    await web.connection.close();
    await relay.must('DELETE', `${at}/connections/${connection}`);
    await returnMachine(url, web);
    expect(await web.connection.request('sync', { peers: [sql.self.id] })).toEqual({ revoked: [sql.self.id] });

    const again = { a: { kind: 'role', name: 'web' }, b: { kind: 'group', name: 'office' } };
    const { id } = await relay.must('POST', `${at}/connections`, again);
    expect(await web.connection.request('sync', { peers: [sql.self.id] })).toEqual({ revoked: [] });
    await relay.must('DELETE', `${at}/connections/${id}`);
    expect((await web.connection.event('revoked')).peers).toEqual([sql.self.id]);
  });
});

describe('other notices', () => {
  test('a machine that leaves is gone, and its peers hear of it', async () => {
    const { web, sql } = scene;
    await sql.connection.request('peerById', peerId(web));
    await web.connection.request('deactivate', {});
    expect(await web.connection.closed).toMatchObject({ status: 1000 });
    expect(await sql.connection.event('revoked')).toMatchObject({ peers: [web.self.id] });
    expect((await relay.api('GET', `${at}/machines/web`)).status).toBe(404);
  });

  test('a rename reaches the machine, and the group’s or subscription’s reaches its members', async () => {
    const { sql, web } = scene;
    await relay.must('PATCH', `${at}/machines/sql01`, { name: 'sql09' });
    expect((await sql.connection.event('self-changed')).self.name).toBe('sql09');
    await relay.must('PATCH', `${at}/groups/office`, { name: 'Head office' });
    expect((await sql.connection.event('self-changed')).self.memberOf?.name).toBe('Head office');
    await relay.must('PATCH', at, { name: `t${round}` });
    expect((await web.connection.event('self-changed')).self.subscription.name).toBe(`t${round}`);
  });

  test('peers are listed by name in pages, without a disabled one, the asker or anybody else', async () => {
    const { web } = scene;
    const token = await tokenFor({ group: 'office' });
    const names = Array.from({ length: LIMITS.PEERS_PER_PAGE.value + 5 }, (_, i) => `pc${String(i).padStart(3, '0')}`);
    for (const [i, name] of names.entries()) {
      // Not all from one address: activations are limited by sender.
      const machine = await activateMachine(url, token, name, undefined, `127.0.7.${1 + (i % 4)}`);
      await machine.connection.close();
    }
    await relay.must('PATCH', `${at}/machines/pc001`, { disabled: true });
    const expected = [...names.filter((name) => name !== 'pc001'), 'sql01'];
    const first = await web.connection.request('listPeers', {});
    expect(first.more).toBe(true);
    expect(first.peers).toHaveLength(LIMITS.PEERS_PER_PAGE.value);
    const after = first.peers.at(-1)?.name;
    const second = await web.connection.request('listPeers', { after });
    expect(second.more).toBe(false);
    const listed = [...first.peers, ...second.peers];
    expect(listed.map((peer) => peer.name)).toEqual(expected);
    expect(listed.at(-1)).toMatchObject({ memberOf: 'office', online: true });
    expect(listed[0]).toMatchObject({ online: false });
  });
});
