import { beforeEach, describe, expect, test } from 'vitest';
import type { ControlResult } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { GrantClaims, GrantedMachine } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Label } from '#protocol/names.ts';
import { type KnownPeer, PeerDirectory } from './peer-directory.ts';

const SELF = '0'.repeat(32) as MachineId;

function machine(number: number, name: string): GrantedMachine {
  const id = number.toString(16).padStart(32, '0');
  return { id, key: 'A'.repeat(43), name, ipv4: `100.64.1.${number}`, ipv6: `fd00::${number}` } as GrantedMachine;
}

let now: number;
let asked: string[];
let granted: KnownPeer[];
let forgotten: string[];
let answer: () => Promise<ControlResult<'peerByName'>>;
let directory: PeerDirectory;

/** Statements here are plain JSON of their claims: signatures are the verifier's business. */
function statement(
  other: GrantedMachine,
  exp: number,
  names: [GrantedMachine, GrantedMachine] = [machine(0, 'self'), other],
) {
  const claims = { jti: 'j', iat: 0, exp, subscription: '1'.repeat(32), machines: names } as unknown as GrantClaims;
  return { peer: other, grant: JSON.stringify(claims), expiresAt: exp * 1000 };
}

beforeEach(() => {
  now = 1_000_000;
  asked = [];
  granted = [];
  forgotten = [];
  answer = () => Promise.resolve(statement(machine(1, 'sql01'), 5_000));
  directory = new PeerDirectory({
    self: SELF,
    now: () => now,
    ask: (method, params) => {
      asked.push(`${method} ${Object.values(params).join()}`);
      return answer() as Promise<never>;
    },
    verify: (grant) => Promise.resolve(JSON.parse(grant) as GrantClaims),
    onGrant: (peer) => granted.push(peer),
    onForgotten: (machine) => forgotten.push(machine.name),
  });
});

const SQL01 = 'sql01' as Label;

describe('names', () => {
  test('are asked for once while fresh, also by many at once', async () => {
    await Promise.all([directory.byName(SQL01), directory.byName(SQL01)]);
    await directory.byName(SQL01);
    expect(asked).toEqual(['peerByName sql01']);
    now += LIMITS.DNS_TTL_S.value * 1000;
    await directory.byName(SQL01);
    expect(asked).toHaveLength(2);
  });

  test('that nobody is called so is believed for a second, or until names may have changed', async () => {
    answer = () => Promise.reject(new CausewayError('NAME_UNKNOWN', { name: 'sql01' }));
    const look = () => expect(directory.byName(SQL01)).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
    await look();
    await look();
    expect(asked).toHaveLength(1);
    now += LIMITS.DNS_NEGATIVE_TTL_S.value * 1000;
    await look();
    expect(asked).toHaveLength(2);
    directory.expireNames();
    answer = () => Promise.resolve(statement(machine(1, 'sql01'), 5_000));
    expect((await directory.byName(SQL01)).machine.name).toBe('sql01');
  });

  test('a control plane that does not answer leaves what was true; a denial does not', async () => {
    await directory.byName(SQL01);
    now += 60_000;
    answer = () => Promise.reject(new CausewayError('TIMED_OUT'));
    expect((await directory.byName(SQL01)).machine.name).toBe('sql01');
    answer = () => Promise.reject(new CausewayError('NAME_UNKNOWN', { name: 'sql01' }));
    await expect(directory.byName(SQL01)).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
  });

  test('an expired grant is never gone by', async () => {
    await directory.byName(SQL01);
    now = 5_000_000;
    answer = () => Promise.reject(new CausewayError('TIMED_OUT'));
    await expect(directory.byName(SQL01)).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });
});

describe('addresses', () => {
  test('lead to the peer until it is forgotten', async () => {
    await directory.byAddress('100.64.1.1');
    expect(directory.atAddress('fd00::1')?.machine.name).toBe('sql01');
    await directory.byAddress('100.64.1.1');
    expect(asked).toEqual(['peerByAddress 100.64.1.1']);
    directory.forget(machine(1, 'sql01').id);
    expect(directory.atAddress('100.64.1.1')).toBeUndefined();
    expect(directory.ids()).toEqual([]);
  });
});

describe('an answer about another machine than the one asked for is refused, though its grant is good', () => {
  test.each([
    ['by name', () => directory.byName('dc01' as Label)],
    ['by address', () => directory.byAddress('100.64.1.9')],
    ['by IPv6 address', () => directory.byAddress('fd00::9')],
    ['by id', () => directory.renew(machine(9, 'dc01').id)],
  ])('%s', async (_, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: 'GRANT_NOT_FOR_US' });
    expect(directory.ids()).toEqual([]);
  });

  test('and the same address in another form is no other machine', async () => {
    expect((await directory.byAddress('fd00:0::1')).machine.name).toBe('sql01');
  });
});

describe('grants', () => {
  test('an older one never replaces a newer one', async () => {
    await directory.renew(machine(1, 'sql01').id);
    const older = statement(machine(1, 'sql01'), 4_000);
    directory.learn(older.grant, JSON.parse(older.grant) as GrantClaims);
    expect(directory.get(machine(1, 'sql01').id)?.claims.exp).toBe(5_000);
    expect(granted).toHaveLength(1);
  });

  test('one that does not name us, or names another peer than the answer, is refused', async () => {
    answer = () => Promise.resolve(statement(machine(1, 'sql01'), 5_000, [machine(2, 'b'), machine(3, 'c')]));
    await expect(directory.byName(SQL01)).rejects.toMatchObject({ code: 'GRANT_NOT_FOR_US' });
    answer = () => Promise.resolve(statement(machine(1, 'sql01'), 5_000, [machine(0, 'self'), machine(3, 'c')]));
    await expect(directory.byName(SQL01)).rejects.toMatchObject({ code: 'GRANT_NOT_FOR_US' });
    expect(granted).toEqual([]);
  });

  test('what is remembered is bounded', () => {
    for (let i = 1; i <= LIMITS.PEERS_MAX.value + 10; i++) {
      const { grant } = statement(machine(i, `m${i}`), 5_000);
      directory.learn(grant, JSON.parse(grant) as GrantClaims);
    }
    expect(directory.ids()).toHaveLength(LIMITS.PEERS_MAX.value);
    expect(forgotten).toEqual(Array.from({ length: 10 }, (_, i) => `m${i + 1}`));
  });
});

test('a grant that a revocation overtakes is not taken; the server is asked what holds now', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let verified = 0;
  const overtaken = new PeerDirectory({
    self: SELF,
    now: () => now,
    ask: (method) => {
      asked.push(method);
      return (
        asked.length === 1 ? answer() : Promise.reject(new CausewayError('POLICY_DENIED', { reason: 'No more.' }))
      ) as Promise<never>;
    },
    verify: async (grant) => {
      verified++;
      await promise;
      return JSON.parse(grant) as GrantClaims;
    },
    onGrant: (peer) => granted.push(peer),
    onForgotten: () => undefined,
  });
  const found = overtaken.renew(machine(1, 'sql01').id as MachineId);
  while (verified === 0) await Promise.resolve();
  overtaken.forget(machine(1, 'sql01').id as MachineId);
  resolve();
  await expect(found).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  expect(granted).toEqual([]);
  expect(asked).toEqual(['peerById', 'peerById']);
});
