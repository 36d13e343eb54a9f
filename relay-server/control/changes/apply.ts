/**
 * The one way by which a subscription's policy changes: planned, stored in one transaction with its
 * audit, shown in the directory, told to everybody concerned; each batch in its turn.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import type { Effect, PolicyChange } from '#protocol/rest/changes.ts';
import { newId } from '../../random.ts';
import type { MachineRecord } from '../../store/records.ts';
import { requirePresent } from '../administration/present.ts';
import { auditEntry } from '../audit.ts';
import type { AdministrationContext, ControlContext } from '../context.ts';
import { toldDnsRoutes, toldOtherwise } from '../dns-routes.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { Draft } from './draft.ts';
import { concernedBy, effectOf } from './effect.ts';
import { type Expectation, type Plan, plan, requireUnchanged } from './plan.ts';
import { putPlan } from './put-plan.ts';
import type { Making } from './step.ts';

export interface Conditions {
  /** Refused as CHANGED_MEANWHILE when the policy has another version by now. */
  readonly expectPolicyVersion?: number | undefined;
  readonly expect?: Expectation;
}

export interface Applied {
  /** The changes that bring back what was; null when that is impossible. */
  readonly undo: readonly PolicyChange[] | null;
  readonly policyVersion: number;
  /** Of what each change was about, and whether there was anything to do. */
  readonly steps: readonly { readonly id: string | undefined; readonly done: boolean }[];
}

/** What changes would do, without doing it. @throws as {@link applyChanges} */
export function previewChanges(
  context: ControlContext,
  home: SubscriptionDirectory,
  changes: readonly PolicyChange[],
  conditions: Conditions = {},
): Effect {
  requireConditions(context, home, conditions);
  return effectOf(plan(home, changes, makingOf(context)));
}

/**
 * Done together or not at all.
 * @throws CausewayError NOT_FOUND, EXISTS_ALREADY, NAME_TAKEN, ROLE_TO_ROLE, GROUP_TO_ITSELF,
 *   ROLE_INSTANCE_IN_GROUP, CHANGED_MEANWHILE
 */
export function applyChanges(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  changes: readonly PolicyChange[],
  conditions: Conditions = {},
): Promise<Applied> {
  return context.turns.take(() => applyInTurn(context, home, changes, conditions, () => undefined));
}

/** As {@link applyChanges}, and says what they have done. */
export async function applyWithEffect(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  changes: readonly PolicyChange[],
  conditions: Conditions,
): Promise<Applied & { readonly effect: Effect }> {
  let effect: Effect | undefined;
  const applied = await context.turns.take(() =>
    // Before the directory shows the changes: it compares the two.
    applyInTurn(context, home, changes, conditions, (made) => {
      effect = effectOf(made);
    }),
  );
  const { policyVersion } = applied;
  return { ...applied, effect: { ...(effect as unknown as Effect), policyVersion } };
}

/** @param planned sees the plan while the directory is as it was. */
async function applyInTurn(
  context: AdministrationContext,
  home: SubscriptionDirectory,
  changes: readonly PolicyChange[],
  conditions: Conditions,
  planned: (plan: Plan) => void,
): Promise<Applied> {
  requirePresent(context, home);
  requireConditions(context, home, conditions);
  const made = plan(home, changes, makingOf(context));
  planned(made);
  const { undo, operations, steps, draft } = made;
  const about = steps.map((step) => ({ id: step.id, done: step.operations.length > 0 }));
  if (operations.length === 0) return { undo, policyVersion: home.record.policyVersion, steps: about };
  const { id, name } = home.record;
  const audits = steps.flatMap(({ told }) =>
    told === null ? [] : auditEntry(context, context.by, told.action, { ...told, subscription: { id, name } }),
  );
  const policyVersion = await context.store.applyChanges(home.id, operations, audits);
  const touched = touchedBy(draft);
  const toldBefore = toldDnsRoutes(home);
  putPlan(context.directory, home, draft);
  home.record = { ...home.record, policyVersion };
  context.changers.changed([home.id, ...touched.ids], context.by);
  tell(context, home, made, touched, toldOtherwise(toldBefore, toldDnsRoutes(home)));
  context.announcer.changed({ subscription: home.id, kinds: made.kinds, by: context.by.name, policyVersion });
  return { undo, policyVersion, steps: about };
}

interface Touched {
  readonly ids: readonly string[];
  readonly removed: readonly MachineRecord[];
  readonly disabled: readonly MachineRecord[];
  /** They gain or lose somebody. */
  readonly concerned: ReadonlySet<MachineId>;
}

/** Read off the draft as long as the directory is as it was. */
function touchedBy(draft: Draft): Touched {
  const ids: string[] = [];
  const [removed, disabled]: [MachineRecord[], MachineRecord[]] = [[], []];
  for (const things of [draft.groups, draft.roles, draft.machines]) {
    for (const { before, after } of things.changes()) {
      const id = (after ?? before)?.id;
      if (id !== undefined) ids.push(id);
    }
  }
  for (const { before, after } of draft.machines.changes()) {
    if (before === undefined) continue;
    if (after === undefined) removed.push(before);
    else if (after.disabled && !before.disabled) disabled.push(after);
  }
  return { ids, removed, disabled, concerned: concernedBy(draft) };
}

/** Everybody concerned, as soon as the directory shows the change. */
function tell(
  context: ControlContext,
  home: SubscriptionDirectory,
  made: Plan,
  touched: Touched,
  otherRoutes: readonly MachineId[],
): void {
  const { notices, logger } = context;
  const { removed, disabled, concerned } = touched;
  notices.policyChanged(home, concerned);
  for (const machine of removed) {
    // The machine itself hears that it is cut off, which says more than that its peers are gone.
    notices.cutOff(home.id, machine.id, new CausewayError('AUTHENTICATION_FAILED'));
    logger.info({ subscription: home.id, machine: machine.id, name: machine.name }, 'machine removed');
  }
  for (const { machines, reason } of made.steps.flatMap((step) => step.rechecks ?? [])) {
    notices.recheck(home, machines, reason);
  }
  for (const machine of disabled) notices.cutOff(home.id, machine.id, new CausewayError('MACHINE_DISABLED'));
  const changed = new Set<MachineId>([...made.steps.flatMap((step) => step.selfChanged ?? []), ...otherRoutes]);
  for (const { id } of disabled) changed.delete(id);
  notices.selfChanged(
    home,
    [...changed].flatMap((id) => home.machine(id) ?? []),
  );
}

/** @throws CausewayError CHANGED_MEANWHILE */
function requireConditions(context: ControlContext, home: SubscriptionDirectory, conditions: Conditions): void {
  const { expect, expectPolicyVersion } = conditions;
  if (expectPolicyVersion !== undefined && expectPolicyVersion !== home.record.policyVersion) {
    const thing = `the policy of ${home.record.name}`;
    throw new CausewayError('CHANGED_MEANWHILE', { by: context.changers.of(home.id), thing });
  }
  if (expect !== undefined) requireUnchanged(new Draft(home), expect, context.changers);
}

function makingOf(context: ControlContext): Making & Pick<ControlContext, 'changers'> {
  const { directory, random, clock, changers } = context;
  return {
    now: clock.now(),
    newId: () => newId<string>(random),
    isTaken: (id) => directory.hasSide(id),
    changers,
  };
}
