/**
 * What administrators do with the lock of a subscription: they send what they have signed on their own
 * computers, and it is stored if it is right. The keys that sign never come here.
 */

import type { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import {
  type Certificate,
  readCertificate,
  readDelegation,
  requireCertified,
  tokenMarkOf,
} from '#protocol/lock/certificate.ts';
import { releases } from '#protocol/lock/recovery.ts';
import {
  certificatesCountFrom,
  followStatement,
  isLocked,
  type LockClaims,
  type LockPin,
  pairOf,
} from '#protocol/lock/statement.ts';
import type { LockMachine, LockView, lockUpdate } from '#protocol/rest/lock.ts';
import type { CertificateRecord } from '../../store/lock-store.ts';
import type { MachineRecord } from '../../store/records.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext, ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { shownAs } from '../subscription-lock.ts';
import { requirePresent } from './present.ts';

/** What whoever signs has to know. */
export async function viewLock(context: ControlContext, home: SubscriptionDirectory): Promise<LockView> {
  const { lock } = home;
  const { held } = lock;
  const now = context.clock.now();
  const pairs = pairsOf(home);
  const signed = new Set(held?.pairs);
  return {
    subscription: { id: home.id, name: home.record.name },
    state: held === undefined ? 'off' : 'on',
    sequence: lock.sequence,
    statements: lock.statements,
    keys: held?.keys ?? [],
    sides: [
      ...[...home.groups.byId.values()].map(({ id, name }) => ({ id, kind: 'group' as const, name })),
      ...[...home.roles.byId.values()].map(({ id, name }) => ({ id, kind: 'role' as const, name })),
    ],
    pairs,
    policySigned:
      held !== undefined && pairs.length === signed.size && pairs.every(({ a, b }) => signed.has(pairOf(a, b))),
    machines: [...home.machines.after(undefined)].map((machine) => lockMachineOf(home, machine, now)),
    departed:
      held === undefined ? [] : [...departedMachines(home, held, now), ...(await revokedTokens(context, home, held))],
  };
}

/**
 * @throws CausewayError LOCK_STATEMENT_REFUSED, LOCK_OFF, LOCK_MACHINE_UNSIGNED, LOCK_TOKEN_FOREIGN, NOT_FOUND;
 *   nothing is stored then.
 */
export function updateLock(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  update: z.infer<typeof lockUpdate>,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, home);
    const { lock } = home;
    const before = lock.held;
    const pin = update.statement === undefined ? lock.pin : await nextPin(lock.pin, home, update.statement);
    const held = isLocked(pin) ? pin.held : undefined;
    if (held === undefined && update.statement === undefined) throw new CausewayError('LOCK_OFF');
    const certificates = await Promise.all(
      update.certificates.map((text) => checkedCertificate(home, held, text, context.clock.now())),
    );
    for (const { text } of update.delegations) await requireOwnDelegation(held, text);
    const step =
      pin === undefined || update.statement === undefined
        ? null
        : { subscription: home.id, sequence: pin.sequence, kind: 'statement' as const, text: update.statement };
    const drop = step === null || held === undefined ? null : lock.superfluousBefore(held);
    const forget = held === undefined ? [...lock.certificates.keys()] : countingNoMore(home, held);
    const audit = auditEntry(context, context.by, actionOf(before, held, update.statement !== undefined), {
      subscription: { id: home.id, name: home.record.name },
      target: { kind: 'lock', id: home.id, name: home.record.name },
      after: {
        sequence: pin?.sequence ?? 0,
        keys: held?.keys.map(({ name }) => name) ?? [],
        machines: certificates.length,
      },
    });
    await context.store.lock.write(home.id, { step, drop, certificates, forget, delegations: update.delegations }, [
      audit,
    ]);
    if (step !== null) lock.putStep(step, drop);
    for (const machine of forget) lock.forgetCertificate(machine);
    for (const record of certificates) lock.putCertificate(record);
    tellEverybody(context, home);
  });
}

/** @throws CausewayError LOCK_OFF, LOCK_RECOVERY_REFUSED */
export function releaseLock(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  secret: string,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, home);
    const { lock } = home;
    const text = secret.replace(/\s+/g, '');
    if (lock.held === undefined) throw new CausewayError('LOCK_OFF');
    if (!releases(text, lock.held)) throw new CausewayError('LOCK_RECOVERY_REFUSED');
    const step = { subscription: home.id, sequence: lock.sequence + 1, kind: 'release' as const, text };
    const forget = [...lock.certificates.keys()];
    const audit = auditEntry(context, context.by, 'lock.release', {
      subscription: { id: home.id, name: home.record.name },
      target: { kind: 'lock', id: home.id, name: home.record.name },
      before: { sequence: lock.sequence, keys: lock.held.keys.map(({ name }) => name) },
    });
    await context.store.lock.write(home.id, { step, drop: null, certificates: [], forget, delegations: [] }, [audit]);
    lock.putStep(step);
    for (const machine of forget) lock.forgetCertificate(machine);
    tellEverybody(context, home);
  });
}

/** A machine has signed itself with the key of its token. @throws CausewayError LOCK_OFF, LOCK_MACHINE_UNSIGNED */
export function certifyItself(
  context: ControlContext,
  home: SubscriptionDirectory,
  machine: MachineRecord,
  text: string,
): Promise<void> {
  return context.turns.take(async () => {
    const { lock } = home;
    if (lock.held === undefined) throw new CausewayError('LOCK_OFF');
    const record = await checkedCertificate(home, lock.held, text, context.clock.now());
    if (record.machine !== machine.id) throw new CausewayError('LOCK_MACHINE_UNSIGNED', { name: machine.name });
    const change = { step: null, drop: null, certificates: [record], forget: [], delegations: [] };
    await context.store.lock.write(home.id, change, []);
    lock.putCertificate(record);
    context.notices.selfChanged(home, [home.machine(machine.id) ?? machine]);
    const by = machine.name;
    context.announcer.changed({ subscription: home.id, kinds: ['lock'], by, policyVersion: null });
  });
}

async function nextPin(pin: LockPin | undefined, home: SubscriptionDirectory, text: string): Promise<LockPin> {
  const next = await followStatement(pin, home.id, text);
  if (next.sequence === (pin?.sequence ?? 0) + 1) return next;
  throw new CausewayError('LOCK_STATEMENT_REFUSED', { issue: 'its number is not the next one' });
}

async function checkedCertificate(
  home: SubscriptionDirectory,
  held: LockClaims | undefined,
  text: string,
  now: number,
): Promise<CertificateRecord> {
  const certificate = await readCertificate(text);
  const { id, side } = certificate.claims;
  const machine = home.machine(id);
  const refusal = new CausewayError('LOCK_MACHINE_UNSIGNED', { name: certificate.claims.name });
  if (held === undefined || machine === undefined || side !== sideIdOf(machine)) throw refusal;
  requireCertified(held, certificate, shownAs(machine), now);
  return { subscription: home.id, machine: id, name: machine.name, text };
}

async function requireOwnDelegation(held: LockClaims | undefined, text: string): Promise<void> {
  const { claims, signer } = await readDelegation(text);
  const own = claims.subscription === held?.subscription && held.keys.some(({ key }) => key === signer);
  if (!own) throw new CausewayError('LOCK_TOKEN_FOREIGN');
}

function tellEverybody(context: AdministrationContext, home: SubscriptionDirectory): void {
  context.notices.selfChanged(home, home.machines.after(undefined));
  const by = context.by.name;
  context.announcer.changed({ subscription: home.id, kinds: ['lock'], by, policyVersion: null });
}

function lockMachineOf(home: SubscriptionDirectory, machine: MachineRecord, now: number): LockMachine {
  const { id, name, kind, tunnelKey: key, ipv4, activatedAt } = machine;
  const found = home.lock.certificates.get(id)?.certificate;
  const signed = home.lock.isSigned(machine, now);
  const delegation = signed ? found?.delegation : undefined;
  return {
    id,
    name,
    kind,
    key,
    ipv4,
    side: sideIdOf(machine),
    state: !signed ? 'waiting' : delegation ? 'by-token' : 'signed',
    certificate: found !== undefined && home.lock.held !== undefined && counts(found, id, home.lock.held, now),
    signedUntil: delegation ? new Date(delegation.exp * 1000).toISOString() : null,
    activatedAt: new Date(activatedAt).toISOString(),
  };
}

function sideIdOf(machine: MachineRecord) {
  return machine.kind === 'local-endpoint' ? machine.group : machine.role;
}

function pairsOf(home: SubscriptionDirectory): LockView['pairs'] {
  const within = [...home.groups.byId.values()].filter(({ interconnected }) => interconnected);
  return [
    ...[...home.connections()].map(({ group, other }) => ({ a: group, b: other.id })),
    ...within.map(({ id }) => ({ a: id, b: id })),
  ];
}

function departedMachines(home: SubscriptionDirectory, held: LockClaims, now: number): LockView['departed'] {
  return [...home.lock.certificates.values()].flatMap(({ record, certificate }) => {
    if (home.machine(record.machine) !== undefined || !counts(certificate, record.machine, held, now)) return [];
    return [{ id: record.machine as string, kind: 'machine' as const, name: record.name }];
  });
}

async function revokedTokens(
  context: ControlContext,
  home: SubscriptionDirectory,
  held: LockClaims,
): Promise<LockView['departed']> {
  const delegations = await context.store.lock.delegations(home.id);
  const tokens = await context.store.installing.listTokens(home.id);
  const departed: LockView['departed'] = [];
  for (const { id, revokedAt, description } of tokens) {
    const text = delegations.get(id);
    if (revokedAt === null || text === undefined) continue;
    const { claims } = await readDelegation(text);
    const mark = tokenMarkOf(claims.delegate);
    const over = claims.exp * 1000 <= context.clock.now() || claims.sequence < certificatesCountFrom(held, mark);
    if (!over) departed.push({ id: mark, kind: 'token', name: description });
  }
  return departed;
}

/** Whether agents would take the certificate for one of its machine. */
function counts(
  { claims, signer, delegation }: Certificate,
  machine: MachineId,
  held: LockClaims,
  now: number,
): boolean {
  const known = held.keys.some(({ key }) => key === signer);
  const lives = delegation === null || delegation.exp * 1000 > now;
  return known && lives && claims.sequence >= certificatesCountFrom(held, machine);
}

/** Certificates that no agent takes any more. */
function countingNoMore(home: SubscriptionDirectory, held: LockClaims): MachineId[] {
  return [...home.lock.certificates.values()].flatMap(({ record: { machine }, certificate }) => {
    const { claims, signer } = certificate;
    const known = held.keys.some(({ key }) => key === signer);
    return known && claims.sequence >= certificatesCountFrom(held, machine) ? [] : [machine];
  });
}

function actionOf(before: LockClaims | undefined, after: LockClaims | undefined, statement: boolean): string {
  if (!statement) return 'lock.sign';
  if (before === undefined) return 'lock.set-up';
  return after === undefined ? 'lock.switch-off' : 'lock.change';
}
