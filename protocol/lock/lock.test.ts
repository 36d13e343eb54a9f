import { describe, expect, test } from 'vitest';
import { ipv6Address } from '../addresses.ts';
import { toBase64url } from '../encoding.ts';
import type { GrantClaims } from '../grants.ts';
import { groupId, type MachineId, roleId, subscriptionId } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import type { Label } from '../names.ts';
import type { LockMachine, LockView } from '../rest/lock.ts';
import { signStatement } from '../signed-statement.ts';
import { decodeToken, encodeToken, preSignedToken } from '../token.ts';
import { readCertificate, readDelegation, requireBacked, requireCertified, tokenMarkOf } from './certificate.ts';
import { type LockKey, lockKeyFile, lockKeyOf, newSeed, seedOfFile } from './key.ts';
import { newRecoverySecret, recoveryHashOf, releases } from './recovery.ts';
import { requireSeen } from './seen.ts';
import { delegateTo, followsFrom, keysNow, planLock, signCertificate, signLock } from './signing.ts';
import { followStatement, type LockClaims, type LockPin, pairOf } from './statement.ts';
import { waitingMachines } from './waiting-machine.fixture.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const HOUR = 3_600_000;
const subscription = subscriptionId.parse('5'.repeat(32));
const machine = waitingMachines(subscription);
const office = groupId.parse('a'.repeat(32));
const web = roleId.parse('b'.repeat(32));
const lab = groupId.parse('c'.repeat(32));

const sql = machine('sql01', office, 1);
const app = machine('web-1', web, 2);
const stranger = machine('spare', lab, 3);

function viewOf(more: Partial<LockView> = {}): LockView {
  return {
    subscription: { id: subscription, name: 'contoso' as Label },
    state: 'off',
    sequence: 0,
    statements: [],
    keys: [],
    sides: [],
    pairs: [{ a: office, b: web }],
    policySigned: false,
    machines: [sql, app],
    departed: [],
    ...more,
  };
}

const key = (): Promise<LockKey> => lockKeyOf(newSeed());
const shown = ({ id, key: tunnel, name, ipv4 }: LockMachine) => ({
  id,
  key: tunnel,
  name,
  ipv4,
  ipv6: ipv6Address(subscription, id),
});

function grantOf(a: LockMachine, b: LockMachine, backing?: [string, string]): GrantClaims {
  const iat = Math.floor(NOW / 1000);
  const claims: GrantClaims = { jti: 'x', iat, exp: iat + 3600, subscription, machines: [shown(a), shown(b)] };
  return backing === undefined ? claims : { ...claims, backing };
}

interface Locked {
  readonly by: LockKey;
  readonly statement: string;
  readonly pin: LockPin & { readonly held: LockClaims };
  readonly certificates: string[];
  /** What the server shows from now on. */
  readonly view: LockView;
}

async function locked(by?: LockKey, view = viewOf()): Promise<Locked> {
  const signer = by ?? (await key());
  const plan = await planLock(view, NOW, { keys: () => [{ key: signer.publicKey, name: 'ada' }], recovery: [] });
  const { statement = '', certificates = [] } = await signLock(view, plan, signer);
  const pin = await followStatement(undefined, subscription, statement);
  const machines = view.machines.map((each) => ({ ...each, state: 'signed' as const, certificate: true }));
  const next = {
    ...view,
    state: 'on' as const,
    sequence: pin.sequence,
    statements: [statement],
    keys: pin.held.keys,
    machines,
  };
  return { by: signer, statement, pin, certificates, view: next };
}

describe('a grant in a locked subscription', () => {
  test('counts with the certificates of both machines', async () => {
    const { pin, certificates } = await locked();
    await requireBacked(pin, grantOf(sql, app, certificates as [string, string]), NOW);
  });

  test.each<[string, (lock: Locked, other: LockKey) => Promise<GrantClaims> | GrantClaims, string]>([
    ['without any', () => grantOf(sql, app), 'LOCK_MACHINE_UNSIGNED'],
    [
      'with certificates in the wrong order',
      ({ certificates: [a = '', b = ''] }) => grantOf(sql, app, [b, a]),
      'LOCK_MACHINE_UNSIGNED',
    ],
    [
      'where the server’s own key has signed',
      async ({ certificates: [a = ''] }, other) => {
        const { certificates } = await locked(other);
        return grantOf(sql, app, [a, certificates[1] ?? '']);
      },
      'LOCK_MACHINE_UNSIGNED',
    ],
    [
      'that gives a machine another key',
      ({ certificates: [a = '', b = ''] }) => grantOf(sql, { ...app, key: stranger.key }, [a, b]),
      'LOCK_MACHINE_UNSIGNED',
    ],
    [
      'that gives a machine another’s name',
      ({ certificates: [a = '', b = ''] }) => grantOf(sql, { ...app, name: 'dc01' as Label }, [a, b]),
      'LOCK_MACHINE_UNSIGNED',
    ],
    [
      'that gives a machine another address',
      ({ certificates: [a = '', b = ''] }) => grantOf(sql, { ...app, ipv4: '100.64.9.9' }, [a, b]),
      'LOCK_MACHINE_UNSIGNED',
    ],
    [
      'of a pair that the signed policy does not name',
      async ({ by, certificates: [a = ''] }) => {
        const { id, key: tunnel, name, ipv4, side } = stranger;
        const claims = { subscription, sequence: 1, iat: 1, id, key: tunnel, name, ipv4, side };
        return grantOf(sql, stranger, [a, await signCertificate(claims, by)]);
      },
      'LOCK_POLICY_UNSIGNED',
    ],
  ])('%s → refused', async (_, grant, code) => {
    const lock = await locked();
    await expect(requireBacked(lock.pin, await grant(lock, await key()), NOW)).rejects.toMatchObject({ code });
  });

  test('needs nothing while the subscription is not locked', async () => {
    await requireBacked(undefined, grantOf(sql, app), NOW);
    await requireBacked({ sequence: 4, held: null }, grantOf(sql, app), NOW);
  });
});

describe('statements follow each other', () => {
  test('an older one, the same one, and one by a key that is not trusted → LOCK_STATEMENT_REFUSED', async () => {
    const { pin, statement, view, by } = await locked();
    const refused = { code: 'LOCK_STATEMENT_REFUSED' };
    await expect(followStatement(pin, subscription, statement)).rejects.toMatchObject(refused);
    const other = await key();
    const plan = await planLock(view, NOW, { keys: () => [{ key: other.publicKey, name: 'mallory' }] });
    const forged = await signStatement(plan.claims, 'causeway-lock+jwt', other.privateKey, other.publicKey);
    await expect(followStatement(pin, subscription, forged)).rejects.toMatchObject(refused);
    const borrowed = await signStatement(plan.claims, 'causeway-lock+jwt', other.privateKey, by.publicKey);
    await expect(followStatement(pin, subscription, borrowed)).rejects.toMatchObject(refused);
    await expect(followStatement(pin, subscriptionId.parse('6'.repeat(32)), statement)).rejects.toMatchObject(refused);
  });

  test('a certificate is no statement, and a statement no certificate', async () => {
    const { certificates, statement } = await locked();
    await expect(followStatement(undefined, subscription, certificates[0] ?? '')).rejects.toMatchObject({
      code: 'LOCK_STATEMENT_REFUSED',
    });
    await expect(readCertificate(statement)).rejects.toMatchObject({ code: 'LOCK_MACHINE_UNSIGNED' });
  });

  test('keys change hands: the old one signs the new one in, and signs nothing after that', async () => {
    const { pin, view, by } = await locked();
    const next = await key();
    const plan = await planLock(view, NOW, { keys: () => [{ key: next.publicKey, name: 'grace' }], anew: true });
    const update = await signLock(view, plan, by, next);
    const moved = await followStatement(pin, subscription, update.statement ?? '');
    await requireBacked(moved, grantOf(sql, app, update.certificates as [string, string]), NOW);
    const statements = [...view.statements, update.statement ?? ''];
    const later = await planLock({ ...view, sequence: 2, statements }, NOW, { anew: true });
    expect([by, next, await key()].map(({ publicKey }) => followsFrom({ ...view, statements }, publicKey))).toEqual([
      true,
      false,
      false,
    ]);
    const old = await signStatement(later.claims, 'causeway-lock+jwt', by.privateKey, by.publicKey);
    await expect(followStatement(moved, subscription, old)).rejects.toMatchObject({ code: 'LOCK_STATEMENT_REFUSED' });
  });

  test('switched off by its key, the next lock is trusted anew, if its number is greater', async () => {
    const { pin, view, by, statement } = await locked();
    const off = await signLock(view, await planLock(view, NOW, { keys: () => [] }), by);
    const open = await followStatement(pin, subscription, off.statement ?? '');
    await requireBacked(open, grantOf(sql, app), NOW);
    await expect(followStatement(open, subscription, statement)).rejects.toMatchObject({
      code: 'LOCK_STATEMENT_REFUSED',
    });
    const again = await locked(undefined, viewOf({ sequence: 2 }));
    expect((await followStatement(open, subscription, again.statement)).sequence).toBe(3);
  });
});

describe('whoever signs believes the statements, and not what a server says beside them', () => {
  test('a key that it shows beside them is not signed on', async () => {
    const { view, by } = await locked();
    const own = { key: (await key()).publicKey, name: 'ada' };
    const further = { key: (await key()).publicKey, name: 'grace' };
    const shownWithIt = { ...view, keys: [...view.keys, own] };
    const plan = await planLock(shownWithIt, NOW, { keys: (before) => [...before, further] });
    expect(plan.claims.keys).toEqual([{ key: by.publicKey, name: 'ada' }, further]);
    expect(await keysNow(shownWithIt)).toEqual(view.keys);
  });

  test('nor a number that leaves no room for another', async () => {
    const { view } = await locked();
    await expect(planLock({ ...view, sequence: Number.MAX_SAFE_INTEGER - 1 }, NOW)).rejects.toMatchObject({
      code: 'LOCK_STATEMENT_REFUSED',
    });
  });

  test('nor an older lock than its key has seen, or another of the same number', async () => {
    const { view, by, statement } = await locked();
    const departed = [{ id: app.id, kind: 'machine' as const, name: 'web-1' }];
    const newer = (await signLock(view, await planLock({ ...view, departed }, NOW), by)).statement ?? '';
    const otherwise = (await signLock(view, await planLock({ ...view, pairs: [] }, NOW), by)).statement ?? '';
    const refused = { code: 'LOCK_ROLLED_BACK' };
    await requireSeen([statement, newer], subscription, statement, 'ada.key.seen');
    await requireSeen([statement, newer], subscription, newer, 'ada.key.seen');
    for (const statements of [[statement], [statement, otherwise], []]) {
      await expect(requireSeen(statements, subscription, newer, 'ada.key.seen')).rejects.toMatchObject(refused);
    }
    const forked = { ...view, sequence: 2, statements: [statement, otherwise] };
    const onTop = (await signLock(forked, await planLock({ ...forked, departed }, NOW), by)).statement ?? '';
    await expect(requireSeen([statement, otherwise, onTop], subscription, newer, 'ada.key.seen')).rejects.toMatchObject(
      refused,
    );
  });
});

describe('what was signed once', () => {
  test('does not count for a machine that has moved since, or was removed', async () => {
    const { pin, view, by, certificates } = await locked();
    const moved: LockMachine = { ...sql, side: lab, state: 'waiting', certificate: true };
    const present = { ...view, machines: [moved], departed: [{ id: app.id, kind: 'machine' as const, name: 'web-1' }] };
    const plan = await planLock(present, NOW);
    expect(plan.machines.map(({ name }) => name)).toEqual(['sql01']);
    const update = await signLock(present, plan, by);
    const next = await followStatement(pin, subscription, update.statement ?? '');
    for (const [text, each] of [
      [certificates[0] ?? '', sql],
      [certificates[1] ?? '', app],
    ] as const) {
      const old = await readCertificate(text);
      expect(() => requireCertified(pin.held, old, shown(each), NOW)).not.toThrow();
      expect(() => requireCertified(next.held, old, shown(each), NOW)).toThrow(/no lock key has signed/);
    }
    const fresh = await readCertificate(update.certificates?.[0] ?? '');
    expect(() => requireCertified(next.held, fresh, shown(sql), NOW)).not.toThrow();
  });

  test('is signed anew, all of it, when too much was withdrawn', async () => {
    const { view } = await locked();
    const departed = Array.from({ length: LIMITS.LOCK_WITHDRAWN_MAX.value + 1 }, (_, index) => ({
      id: index.toString(16).padStart(32, '0'),
      kind: 'machine' as const,
      name: `pc${index}`,
    }));
    const plan = await planLock({ ...view, departed }, NOW);
    expect(plan.claims).toMatchObject({ withdrawn: {}, certificatesFrom: 2, sequence: 2 });
    expect(plan.machines).toHaveLength(2);
  });

  test('and nothing new to sign makes no statement', async () => {
    const { view, by } = await locked();
    const plan = await planLock(view, NOW);
    expect(plan.changed).toBe(false);
    expect(await signLock(view, plan, by)).toEqual({ certificates: [] });
  });
});

describe('a token that was signed before', () => {
  async function byToken(change: Partial<LockMachine> = {}, until = NOW + HOUR) {
    const lock = await locked();
    const { delegation, seed } = await delegateTo(lock.view, web, until, NOW, lock.by);
    const { id, key: tunnel, name, ipv4, side } = { ...machine('web-2', web, 9), ...change };
    const claims = { subscription, sequence: lock.pin.sequence, iat: 1, id, key: tunnel, name, ipv4, side };
    const text = `${delegation}~${await signCertificate(claims, await lockKeyOf(seed))}`;
    return { ...lock, delegation, seed, text, self: { ...machine('web-2', web, 9), ...change } };
  }

  test('lets its machine sign itself, and ends', async () => {
    const { pin, text, self, certificates } = await byToken();
    await requireBacked(pin, grantOf(sql, self, [certificates[0] ?? '', text]), NOW);
    await expect(
      requireBacked(pin, grantOf(sql, self, [certificates[0] ?? '', text]), NOW + HOUR),
    ).rejects.toMatchObject({ code: 'LOCK_MACHINE_UNSIGNED' });
    expect(text.length).toBeLessThan(LIMITS.LOCK_CERTIFICATE_MAX_CHARACTERS.value);
  });

  test.each<[string, Partial<LockMachine>]>([
    ['a machine of another side', { side: office }],
    ['a machine that is there already', { id: sql.id as MachineId, side: web }],
  ])('does not stand for %s', async (_, change) => {
    const { pin, text, self } = await byToken(change);
    const certificate = await readCertificate(text);
    expect(() => requireCertified(pin.held, certificate, shown(self), NOW)).toThrow(/no lock key has signed/);
  });

  test('counts no more once it was revoked and that was signed', async () => {
    const { pin, view, by, text, self, delegation } = await byToken();
    const { claims } = await readDelegation(delegation);
    const departed = [{ id: tokenMarkOf(claims.delegate), kind: 'token' as const, name: 'web servers' }];
    const update = await signLock(view, await planLock({ ...view, departed }, NOW), by);
    const next = await followStatement(pin, subscription, update.statement ?? '');
    const certificate = await readCertificate(text);
    expect(() => requireCertified(next.held, certificate, shown(self), NOW)).toThrow(/no lock key has signed/);
  });

  test('is one text, read back as it was, and a plain token still is one', async () => {
    const { delegation, seed } = await byToken();
    const plain = encodeToken({
      server: 'https://relay.example',
      pin: toBase64url(new Uint8Array(32)) as never,
      subscription,
      secret: new Uint8Array(20).fill(7),
    });
    const text = preSignedToken(plain, { delegation, seed });
    expect(decodeToken(`  ${text}\n`)).toEqual({ ...decodeToken(plain), preSigned: { delegation, seed } });
    expect(text.length).toBeLessThan(LIMITS.TOKEN_PRE_SIGNED_MAX_CHARACTERS.value);
    for (const cut of [text.slice(0, -1), text.replace(/\.[^.]+$/, ''), text.slice(0, plain.length + 1)]) {
      expect(() => decodeToken(cut)).toThrow(/mistyped/);
    }
  });
});

describe('the key’s file', () => {
  test('gives the key back, and is no key when a character is wrong', async () => {
    const seed = newSeed();
    const { publicKey } = await lockKeyOf(seed);
    const text = lockKeyFile(seed, 'ada\n# cwl1_x', publicKey, 'contoso');
    expect(seedOfFile(text)).toEqual(seed);
    expect((await lockKeyOf(seedOfFile(text))).publicKey).toBe(publicKey);
    const wrong = text.replace(/^cwl1_(.)/m, (_, first) => `cwl1_${first === 'A' ? 'B' : 'A'}`);
    expect(() => seedOfFile(wrong)).toThrow(/incomplete or mistyped/);
    expect(() => seedOfFile('# nothing')).toThrow(/no line starts with cwl1_/);
  });

  test('a private key that was read in can not be read out', async () => {
    const { privateKey } = await key();
    await expect(crypto.subtle.exportKey('jwk', privateKey as globalThis.CryptoKey)).rejects.toThrow();
  });
});

test('a recovery secret releases the lock that has its hash, and no other', async () => {
  const { pin } = await locked();
  const secret = newRecoverySecret();
  const lock = { ...pin.held, recovery: [recoveryHashOf(secret) ?? ''] };
  expect(releases(` ${secret}\n`, lock)).toBe(true);
  expect(releases(newRecoverySecret(), lock)).toBe(false);
  expect(releases('', { ...lock, recovery: [] })).toBe(false);
});

test('the largest statement fits into what carries it', async () => {
  const by = await key();
  const id = (seed: number) => groupId.parse(seed.toString(16).padStart(32, '0'));
  const claims: LockClaims = {
    subscription,
    sequence: 1_000_000,
    iat: 2_000_000_000,
    keys: Array.from({ length: LIMITS.LOCK_KEYS_MAX.value }, () => ({ key: by.publicKey, name: 'k'.repeat(60) })),
    recovery: Array.from({ length: 16 }, () => 'f'.repeat(64)),
    pairs: Array.from({ length: LIMITS.LOCK_PAIRS_MAX.value }, (_, index) => pairOf(id(index), id(index + 1))),
    withdrawn: Object.fromEntries(
      Array.from({ length: LIMITS.LOCK_WITHDRAWN_MAX.value }, (_, index) => [id(index), 1_000_000]),
    ),
    certificatesFrom: 1_000_000,
  };
  const text = await signStatement(claims, 'causeway-lock+jwt', by.privateKey, by.publicKey);
  expect(text.length).toBeLessThan(LIMITS.LOCK_STATEMENT_MAX_CHARACTERS.value);
  expect((await followStatement(undefined, subscription, text)).held).toEqual(claims);
});
