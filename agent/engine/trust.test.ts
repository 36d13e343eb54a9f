import { beforeEach, expect, test, vi } from 'vitest';
import { ipv6Address } from '#protocol/addresses.ts';
import type { LockStep, SelfFacts } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import { signSuccession } from '#protocol/grant-succession.ts';
import { type GrantClaims, signGrant } from '#protocol/grants.ts';
import { groupId, type MachineId, roleId, subscriptionId } from '#protocol/ids.ts';
import { type LockKey, lockKeyOf, newSeed } from '#protocol/lock/key.ts';
import { planLock, signLock } from '#protocol/lock/signing.ts';
import type { LockPin } from '#protocol/lock/statement.ts';
import { waitingMachines } from '#protocol/lock/waiting-machine.fixture.ts';
import { parseLabel } from '#protocol/names.ts';
import type { LockMachine, LockView } from '#protocol/rest/lock.ts';
import { GrantKeys } from './grant-keys.ts';
import type { KnownPeer } from './peer-directory.ts';
import { Trust } from './trust.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const subscription = subscriptionId.parse('5'.repeat(32));
const machine = waitingMachines(subscription);
const [office, web] = [groupId.parse('a'.repeat(32)), roleId.parse('b'.repeat(32))];
const [self, peer] = [machine('sql01', office, 1), machine('web-1', web, 2)];

let server: LockKey;
/** What the server tells of its lock, when asked. */
let steps: LockStep[];
/** What the peer's grant is, and what a new one would be. */
let held: GrantClaims | undefined;
let renewed: (() => GrantClaims) | undefined;
let saved: { grantKeys: string[]; locks: LockPin[] };
let events: string[];

beforeEach(async () => {
  server = await lockKeyOf(newSeed());
  steps = [];
  held = renewed = undefined;
  saved = { grantKeys: [], locks: [] };
  events = [];
});

function claims(backing?: GrantClaims['backing']): GrantClaims {
  const iat = Math.floor(NOW / 1000);
  const shown = ({ id, key, name, ipv4 }: LockMachine) => ({
    id,
    key,
    name,
    ipv4,
    ipv6: ipv6Address(subscription, id),
  });
  const bare: GrantClaims = { jti: 'x', iat, exp: iat + 3600, subscription, machines: [shown(self), shown(peer)] };
  return backing === undefined ? bare : { ...bare, backing };
}

function facts(more: Partial<SelfFacts>): SelfFacts {
  return { id: self.id, name: self.name, ...more } as SelfFacts;
}

async function trust(lock?: LockPin): Promise<Trust> {
  return new Trust({
    subscription,
    grantKeys: await GrantKeys.of(server.publicKey, () => NOW),
    lock,
    now: () => NOW,
    peers: () => ({
      ids: () => (held === undefined ? [] : [peer.id]),
      get: () => held && ({ claims: held } as KnownPeer),
      renew: async () => {
        events.push('renew');
        if (renewed === undefined) throw new CausewayError('POLICY_DENIED', { reason: 'No.' });
        held = renewed();
        return { claims: held } as KnownPeer;
      },
    }),
    askLock: async (after) => steps.slice(after),
    saveLock: async (pin) => void saved.locks.push(pin),
    saveGrantKey: async (key) => void saved.grantKeys.push(key),
    onLockMoved: () => void events.push('moved'),
    onUnbacked: (peers: readonly MachineId[]) => void events.push(`unbacked ${peers.length}`),
    log: (message) => void events.push(message),
  });
}

/** An administrator locks the subscription. */
async function lock(): Promise<{ backing: [string, string]; announced: SelfFacts }> {
  const hand = await lockKeyOf(newSeed());
  const view: LockView = {
    subscription: { id: subscription, name: parseLabel('contoso') },
    state: 'off',
    sequence: 0,
    statements: [],
    keys: [],
    sides: [],
    pairs: [{ a: office, b: web }],
    policySigned: false,
    machines: [self, peer],
    departed: [],
  };
  const plan = await planLock(view, NOW, { keys: () => [{ key: hand.publicKey, name: 'ada' }], recovery: [] });
  const { statement = '', certificates = [] } = await signLock(view, plan, hand);
  steps = [{ kind: 'statement', text: statement }];
  return { backing: certificates as [string, string], announced: facts({ lock: { sequence: 1, signed: true } }) };
}

test('believes what the server has signed, and nobody else', async () => {
  const trusting = await trust();
  expect(await trusting.verify(await signGrant(claims(), server.privateKey))).toEqual(claims());
  const thief = await lockKeyOf(newSeed());
  const forged = await signGrant(claims(), thief.privateKey);
  await expect(trusting.verify(forged)).rejects.toMatchObject({ code: 'GRANT_FORGED' });
});

test('in a locked subscription the server’s word alone is not enough', async () => {
  const { backing, announced } = await lock();
  const trusting = await trust();
  await trusting.followLock(announced);
  expect(trusting.locked).toBe(true);
  expect(saved.locks.map(({ sequence }) => sequence)).toEqual([1]);
  const unbacked = await signGrant(claims(), server.privateKey);
  await expect(trusting.verify(unbacked)).rejects.toMatchObject({ code: 'LOCK_MACHINE_UNSIGNED' });
  await trusting.verify(await signGrant(claims(backing), server.privateKey));
});

test('keeps a peer whose grant the new lock backs, without asking', async () => {
  const { backing, announced } = await lock();
  held = claims(backing);
  const trusting = await trust();
  await trusting.followLock(announced);
  // The peer is judged with nobody waiting for it; the same work again takes longer.
  for (let again = 0; again < 5; again++) await trusting.verify(await signGrant(held, server.privateKey));
  expect(events).toEqual(['lock', 'moved']);
});

test('asks for a new grant where the lock does not back the present one, and keeps the peer if it backs that', async () => {
  const { backing, announced } = await lock();
  held = claims();
  renewed = () => claims(backing);
  await (await trust()).followLock(announced);
  await vi.waitFor(() => expect(held?.backing).toEqual(backing));
  expect(events).toEqual(['lock', 'moved', 'renew']);
});

test.each([
  ['is not given', undefined],
  ['is no more backed than the old one', () => claims()],
])('gives a peer up when a new grant %s', async (_, answer) => {
  const { announced } = await lock();
  held = claims();
  renewed = answer;
  await (await trust()).followLock(announced);
  await vi.waitFor(() => expect(events).toEqual(['lock', 'moved', 'renew', 'no longer backed', 'unbacked 1']));
});

test('warns of a machine that nobody has signed, and of a server that shows no lock any more', async () => {
  const { announced } = await lock();
  const trusting = await trust();
  await trusting.followLock(announced);
  expect(trusting.warning(announced)).toBeUndefined();
  const unsigned = facts({ lock: { sequence: 1, signed: false } });
  expect(trusting.warning(unsigned)?.code).toBe('LOCK_MACHINE_UNSIGNED');
  await trusting.followLock(facts({}));
  expect(trusting.warning(facts({}))?.code).toBe('LOCK_STATEMENT_REFUSED');
  expect(trusting.locked).toBe(true);
});

test('tells a diagnosis of the lock, with the grants in hand that show it', async () => {
  const { backing, announced } = await lock();
  const trusting = await trust();
  expect(trusting.lockFinding(facts({})).detail).toContain('is not locked');
  held = claims(backing);
  await trusting.followLock(announced);
  expect(trusting.lockFinding(announced).detail).toMatch(
    /locked by statement 1, signed by ada .* as a grant in hand shows\.$/,
  );
  await trusting.followLock(facts({}));
  expect(() => trusting.lockFinding(facts({}))).toThrow('it shows an older one, or none');
});

test('follows the grant key and stores it, and stays with the old one when the next is not signed by it', async () => {
  const trusting = await trust();
  const [next, thief] = [await lockKeyOf(newSeed()), await lockKeyOf(newSeed())];
  const succession = (from: LockKey, to: LockKey) =>
    signSuccession(to.publicKey, NOW, { privateKey: from.privateKey, publicText: from.publicKey });
  await trusting.followGrantKey(facts({ grantKeys: [await succession(thief, thief)] }));
  expect(saved.grantKeys).toEqual([]);
  await trusting.followGrantKey(facts({ grantKeys: [await succession(server, next)] }));
  expect(saved.grantKeys).toEqual([next.publicKey]);
  await trusting.verify(await signGrant(claims(), next.privateKey));
  await trusting.followGrantKey(facts({}));
  expect(saved.grantKeys).toHaveLength(1);
});
