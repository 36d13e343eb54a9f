import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ipv6Address, parseIpv4 } from '#protocol/addresses.ts';
import { LIMITS } from '#protocol/limits.ts';
import { decodeToken, encodeToken } from '#protocol/token.ts';
import { activateMachine, LoopbackConnection, LoopbackKeys, returnMachine } from '../loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

let relay: LoopbackServer;
let url: string;

beforeAll(async () => {
  relay = await startLoopbackServer();
  url = relay.server.url;
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
});
afterAll(() => relay[Symbol.asyncDispose]());

const newToken = async (options: object = {}): Promise<{ id: string; token: string }> =>
  relay.must('POST', '/subscriptions/contoso/tokens', options);

async function refusedWith(token: string, name: string, keys = new LoopbackKeys()): Promise<unknown> {
  return activateMachine(url, token, name, keys).then(
    () => 'activated',
    (error) => error.code,
  );
}

describe('activation', () => {
  test('makes a machine with its addresses, in no group', async () => {
    const { token } = await newToken();
    const machine = await activateMachine(url, token, 'sql01');
    expect(machine.self).toMatchObject({ kind: 'local-endpoint', name: 'sql01', memberOf: null });
    expect(machine.self.subscription.name).toBe('contoso');
    expect(machine.self.ipv6).toBe(ipv6Address(machine.self.subscription.id, machine.self.id));
    const [a, b] = parseIpv4(machine.self.ipv4);
    expect([a, (b ?? 0) & 0xc0]).toEqual([100, 64]);
    const shown = await relay.must('GET', '/subscriptions/contoso/machines/sql01');
    expect(shown).toMatchObject({ id: machine.self.id, online: true, os: 'test', group: null, role: null });
    await machine.connection.close();
  });

  test('the same keys again are the same machine and use up nothing', async () => {
    const { token } = await newToken({ uses: 1 });
    const first = await activateMachine(url, token, 'again');
    const second = await activateMachine(url, token, 'again', first.keys);
    expect(second.self.id).toBe(first.self.id);
    expect(await refusedWith(token, 'other')).toBe('TOKEN_EXHAUSTED');
  });

  test('a machine that was activated authenticates with its key', async () => {
    const { token } = await newToken();
    const machine = await activateMachine(url, token, 'returns');
    await machine.connection.close();
    await returnMachine(url, machine);
    expect((await machine.connection.request('self', {})).self.id).toBe(machine.self.id);
  });

  test('a token in a group puts the machine there', async () => {
    await relay.must('POST', '/subscriptions/contoso/groups', { name: 'Office' });
    const { token } = await newToken({ group: 'office' });
    const machine = await activateMachine(url, token, 'pc-in-office');
    expect(machine.self.memberOf).toMatchObject({ kind: 'group', name: 'Office' });
  });

  test('a token of a role makes instances, whose names are made unique', async () => {
    await relay.must('POST', '/subscriptions/contoso/roles', { name: 'web' });
    const { token } = await newToken({ role: 'web' });
    const names: string[] = [];
    for (let i = 0; i < 3; i++) names.push((await activateMachine(url, token, 'web')).self.name);
    expect(names).toEqual(['web', 'web-2', 'web-3']);
    const long = 'x'.repeat(63);
    await activateMachine(url, token, long);
    expect((await activateMachine(url, token, long)).self.name).toBe(`${'x'.repeat(61)}-2`);
  });

  test('refuses a token that is unknown, revoked, expired or exhausted', async () => {
    const good = decodeToken((await newToken()).token);
    const unknown = encodeToken({ ...good, secret: new Uint8Array(20) });
    expect(await refusedWith(unknown, 'a1')).toBe('TOKEN_UNKNOWN');
    const elsewhere = encodeToken({ ...good, subscription: 'ab'.repeat(16) as typeof good.subscription });
    expect(await refusedWith(elsewhere, 'a1')).toBe('TOKEN_UNKNOWN');

    const revoked = await newToken();
    await relay.must('DELETE', `/subscriptions/contoso/tokens/${revoked.id}`);
    expect(await refusedWith(revoked.token, 'a1')).toBe('TOKEN_REVOKED');

    const expired = await newToken({ expiresAt: '2020-01-01T00:00:00Z' });
    expect(await refusedWith(expired.token, 'a1')).toBe('TOKEN_EXPIRED');

    const twice = await newToken({ uses: 2 });
    expect(await refusedWith(twice.token, 'u1')).toBe('activated');
    expect(await refusedWith(twice.token, 'u2')).toBe('activated');
    expect(await refusedWith(twice.token, 'u3')).toBe('TOKEN_EXHAUSTED');
  });

  test('of many at once a token lets in as many as it has uses', async () => {
    const { token } = await newToken({ uses: 3 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => refusedWith(token, `burst${i}`)));
    expect(outcomes.filter((outcome) => outcome === 'activated')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'TOKEN_EXHAUSTED')).toHaveLength(5);
  });

  test('refuses a name that another machine has, and uses up nothing', async () => {
    const { token, id } = await newToken({ uses: 5 });
    await activateMachine(url, token, 'mine');
    expect(await refusedWith(token, 'mine')).toBe('NAME_TAKEN');
    const { items } = await relay.must('GET', '/subscriptions/contoso/tokens');
    expect(items.find((candidate: { id: string }) => candidate.id === id).usesLeft).toBe(4);
  });

  test('refuses a wrong signature, a wrong tunnel proof, and another tunnel key for a known signing key', async () => {
    const { token } = await newToken();
    const decoded = decodeToken(token);
    const keys = new LoopbackKeys();
    const connection = await LoopbackConnection.open(url);
    const good = connection.activation(decoded, keys, 'proofs');
    const other = connection.activation(decoded, new LoopbackKeys(), 'proofs');
    const refused = { code: 'AUTHENTICATION_FAILED' };
    for (const wrong of [
      { ...good, signature: other.signature },
      { ...good, tunnelProof: other.tunnelProof },
      { ...good, tunnelKey: other.tunnelKey },
      { ...good, tunnelProof: Buffer.alloc(32).toString('base64url') },
    ]) {
      await expect(connection.request('activate', wrong)).rejects.toMatchObject(refused);
    }
    await connection.request('activate', good);
    const impostor = new LoopbackKeys();
    const second = await LoopbackConnection.open(url);
    const mixed = Object.assign(new LoopbackKeys(), { signingKey: keys.signingKey, sign: keys.sign.bind(keys) });
    await expect(second.request('activate', second.activation(decoded, mixed, 'proofs'))).rejects.toMatchObject(
      refused,
    );
    await expect(second.request('activate', second.activation(decoded, impostor, 'proofs'))).rejects.toMatchObject({
      code: 'NAME_TAKEN',
    });
  });

  test('a disabled machine is not let in again, by no way', async () => {
    const { token } = await newToken();
    const machine = await activateMachine(url, token, 'barred');
    await relay.must('PATCH', '/subscriptions/contoso/machines/barred', { disabled: true });
    expect(await machine.connection.closed).toMatchObject({ status: 1008 });
    await expect(returnMachine(url, machine)).rejects.toMatchObject({ code: 'MACHINE_DISABLED' });
    expect(await refusedWith(token, 'barred', machine.keys)).toBe('MACHINE_DISABLED');
    await relay.must('PATCH', '/subscriptions/contoso/machines/barred', { disabled: false });
    await returnMachine(url, machine);
  });

  test('is limited by sender, and the limit does not touch others', async () => {
    const { token } = await newToken();
    const crowd = '127.0.0.9';
    const attempt = async (from: string) => {
      const connection = await LoopbackConnection.open(url, from);
      const wrong = { ...connection.activation(decodeToken(token), new LoopbackKeys(), 'many'), os: 'x' };
      const answer = connection.request('activate', { ...wrong, tunnelProof: Buffer.alloc(32).toString('base64url') });
      const code = await answer.catch((error) => error.code);
      await connection.close();
      return code;
    };
    for (let i = 0; i < LIMITS.ACTIVATIONS_PER_ADDRESS_PER_MINUTE.value; i++) {
      expect(await attempt(crowd)).toBe('AUTHENTICATION_FAILED');
    }
    expect(await attempt(crowd)).toBe('RATE_LIMITED');
    expect(await attempt('127.0.0.10')).toBe('AUTHENTICATION_FAILED');
  });

  test('no secret is ever logged', async () => {
    const { token } = await newToken();
    await refusedWith(token, 'logged');
    const secrets = [token, Buffer.from(decodeToken(token).secret).toString('base64url'), relay.apiKey ?? ''];
    const log = relay.log.join('\n');
    expect(log).toContain('machine activated');
    for (const secret of [...secrets, 'cwt1_', 'cwk_', 'cws_', 'PRIVATE KEY']) expect(log).not.toContain(secret);
  });
});
