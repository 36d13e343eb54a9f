/**
 * Signs in the browser with a key that is opened in it: loaded when somebody signs, and by nothing else. The
 * key becomes one that signs and can not be read out again; nothing of it is sent or kept.
 */

import './without-eval.ts';

import { type LockKey, lockKeyFile, lockKeyOf, newSeed, seedOfFile } from '#protocol/lock/key.ts';
import { newRecoverySecret, recoveryHashOf } from '#protocol/lock/recovery.ts';
import { delegateTo, followsFrom, keysNow, pairNames, planLock, signLock } from '#protocol/lock/signing.ts';
import type { LockKeyEntry } from '#protocol/lock/statement.ts';
import type { LockUpdate } from '#protocol/rest/lock.ts';
import { preSignedToken } from '#protocol/token.ts';
import type { LockView } from '../../api/shapes.ts';

const RECOVERY_SECRETS = 2;

/** What will be signed, in words. */
export interface Shown {
  readonly machines: readonly {
    readonly id: string;
    readonly name: string;
    readonly key: string;
    readonly side: string;
  }[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly withdraw: readonly string[];
  readonly keys: readonly LockKeyEntry[];
  readonly nothing: boolean;
}

export interface SetUp {
  readonly file: string;
  readonly recovery: readonly string[];
  readonly update: LockUpdate;
}

/** Makes a key and recovery secrets, and signs all that is there. Nothing is locked before it is sent. */
export async function setUp(view: LockView, name: string): Promise<SetUp> {
  const { key, file } = await newKey(view, name);
  const recovery = Array.from({ length: RECOVERY_SECRETS }, newRecoverySecret);
  const hashes = recovery.map((secret) => recoveryHashOf(secret) ?? '');
  const plan = await planLock(view, Date.now(), { keys: () => [{ key: key.publicKey, name }], recovery: hashes });
  return { file, recovery, update: await signLock(view, plan, key) };
}

/** What there is to sign now. */
export async function show(view: LockView): Promise<Shown> {
  const plan = await planLock(view, Date.now());
  const side = (id: string | null) => view.sides.find((each) => each.id === id)?.name ?? 'in no group';
  return {
    machines: plan.machines.map((machine) => ({ ...machine, side: side(machine.side) })),
    allow: plan.newPairs.map((pair) => pairNames(view, pair)),
    deny: plan.lostPairs.map((pair) => pairNames(view, pair)),
    withdraw: plan.withdrawn.map(({ kind, name }) => `${kind} ${name}`),
    keys: plan.claims.keys,
    nothing: !plan.changed && plan.machines.length === 0,
  };
}

export async function sign(view: LockView, keyText: string): Promise<LockUpdate> {
  return signLock(view, await planLock(view, Date.now()), await opened(keyText));
}

/** Another key in the place of the one that is opened. */
export async function exchange(view: LockView, keyText: string): Promise<{ file: string; update: LockUpdate }> {
  const old = await opened(keyText);
  const name = (await keysNow(view)).find(({ key }) => key === old.publicKey)?.name ?? 'lock key';
  const { key, file } = await newKey(view, name);
  const keys = (before: readonly LockKeyEntry[]) =>
    before.map((entry) => (entry.key === old.publicKey ? { key: key.publicKey, name } : entry));
  return { file, update: await signLock(view, await planLock(view, Date.now(), { keys, anew: true }), old, key) };
}

export async function switchOff(view: LockView, keyText: string): Promise<LockUpdate> {
  return signLock(view, await planLock(view, Date.now(), { keys: () => [], recovery: [] }), await opened(keyText));
}

/** Whether the key that is opened has signed this lock before; if not, its keys are the server's word. */
export async function hasSigned(view: LockView, keyText: string): Promise<boolean> {
  return followsFrom(view, (await opened(keyText)).publicKey);
}

/** @param token as the server made it, in the side given */
export async function preSign(
  view: LockView,
  keyText: string,
  wish: { token: string; side: string; expiresAt: number },
): Promise<{ token: string; delegation: string }> {
  const side = view.sides.find(({ id }) => id === wish.side)?.id ?? null;
  const signed = await delegateTo(view, side, wish.expiresAt, Date.now(), await opened(keyText));
  const token = preSignedToken(wish.token, signed);
  signed.seed.fill(0);
  return { token, delegation: signed.delegation };
}

async function newKey(view: LockView, name: string): Promise<{ key: LockKey; file: string }> {
  const seed = newSeed();
  const key = await lockKeyOf(seed);
  const file = lockKeyFile(seed, name, key.publicKey, view.subscription.name);
  seed.fill(0);
  return { key, file };
}

async function opened(text: string): Promise<LockKey> {
  const seed = seedOfFile(text);
  return lockKeyOf(seed).finally(() => seed.fill(0));
}
