/**
 * What an administrator does to subscriptions.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { SubscriptionId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import type { ChangedKind } from '#protocol/rest/watching.ts';
import { newId } from '../../random.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext, ControlContext } from '../context.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { requirePresent } from './present.ts';

/** @throws CausewayError EXISTS_ALREADY */
export function createSubscription(context: AdministrationContext, name: Label): Promise<SubscriptionDirectory> {
  return context.turns.take(async () => {
    requireFree(context, name);
    const id = newId<SubscriptionId>(context.random);
    const record = { id, name, createdAt: context.clock.now(), policyVersion: 1, version: 1 };
    await context.store.createSubscription(record, [entry(context, 'subscription.create', record, null, { name })]);
    context.logger.info({ subscription: id, name }, 'subscription created');
    const home = context.directory.putSubscription(record);
    announce(context, home, 'subscriptions');
    return home;
  });
}

/**
 * Its machines learn their new suffix.
 * @throws CausewayError NOT_FOUND, EXISTS_ALREADY, CHANGED_MEANWHILE
 */
export function renameSubscription(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  name: Label,
  expect?: number,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, home);
    requireVersion(context, home, expect);
    const { id, name: before, version } = home.record;
    if (name === before) return;
    requireFree(context, name);
    const audit = entry(context, 'subscription.rename', { id, name }, { name: before }, { name });
    const policyVersion = await context.store.renameSubscription(id, name, [audit]);
    context.directory.putSubscription({ ...home.record, name, policyVersion, version: version + 1 });
    context.notices.policyChanged(home);
    context.notices.selfChanged(home, home.machines.after(undefined));
    announce(context, home, 'subscriptions');
  });
}

/** With all that is in it, and the API keys that are for it alone; its machines are cut off. @throws CausewayError NOT_FOUND, CHANGED_MEANWHILE */
export function removeSubscription(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  expect?: number,
): Promise<void> {
  return context.turns.take(async () => {
    requirePresent(context, home);
    requireVersion(context, home, expect);
    const machines = [...home.policy.machines.keys()];
    const before = {
      name: home.record.name,
      machines: machines.length,
      groups: home.groups.byId.size,
      roles: home.roles.byId.size,
    };
    await context.store.removeSubscription(home.id, [entry(context, 'subscription.remove', home.record, before, null)]);
    context.directory.deleteSubscription(home);
    context.notices.forget(home.id);
    for (const machine of machines) {
      for (const partner of context.grants.of(machine, 0)) context.grants.delete(machine, partner);
      context.notices.cutOff(home.id, machine, new CausewayError('AUTHENTICATION_FAILED'));
    }
    context.logger.info({ subscription: home.id, machines: machines.length }, 'subscription removed');
    announce(context, home, 'subscriptions', 'api-keys');
  });
}

function announce(
  context: AdministrationContext,
  { record }: SubscriptionDirectory,
  ...kinds: readonly ChangedKind[]
): void {
  context.changers.changed([record.id], context.by);
  const { id: subscription, policyVersion } = record;
  context.announcer.changed({ subscription, kinds, by: context.by.name, policyVersion });
}

function entry(
  context: AdministrationContext,
  action: string,
  { id, name }: { readonly id: SubscriptionId; readonly name: Label },
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
) {
  const target = { kind: 'subscription', id, name };
  return auditEntry(context, context.by, action, { subscription: { id, name }, target, before, after });
}

function requireVersion(context: ControlContext, { record }: SubscriptionDirectory, expect: number | undefined): void {
  if (expect === undefined || expect === record.version) return;
  const thing = `the subscription ${record.name}`;
  throw new CausewayError('CHANGED_MEANWHILE', { by: context.changers.of(record.id), thing });
}

function requireFree(context: ControlContext, name: Label): void {
  if (context.directory.hasName(name)) throw new CausewayError('EXISTS_ALREADY', { kind: 'subscription', name });
}
