/**
 * What a batch of changes comes to, found out before anything is done: checked in full, for the store,
 * the directory, the audit and the machines. Pure: reads the directory and touches nothing.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { ChangedKind } from '#protocol/rest/watching.ts';
import type { PolicyOperation } from '../../store/operations.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import type { Changers } from './changers.ts';
import { Draft } from './draft.ts';
import { connect, disconnect } from './plan-connections.ts';
import { setDnsRoutes } from './plan-dns-routes.ts';
import { changeGroup, createGroup, removeGroup } from './plan-groups.ts';
import { assign, removeMachines, renameMachine, setDisabled } from './plan-machines.ts';
import { changeRole, createRole, removeRole } from './plan-roles.ts';
import type { Making, Step } from './step.ts';

export interface Plan {
  /** The policy as it would be. */
  readonly draft: Draft;
  readonly steps: readonly Step[];
  /** In order. Empty when everything is so already. */
  readonly operations: readonly PolicyOperation[];
  /** What brings back what was; null when that is impossible. */
  readonly undo: readonly PolicyChange[] | null;
  /** Why it is; null if it is not. */
  readonly whyNot: string | null;
  readonly kinds: readonly ChangedKind[];
}

/** What somebody expects to change, as they last saw it. */
export interface Expectation {
  readonly kind: 'group' | 'role' | 'machine';
  readonly nameOrId: string;
  readonly version: number | undefined;
}

/**
 * @throws CausewayError NOT_FOUND, EXISTS_ALREADY, NAME_TAKEN, ROLE_TO_ROLE, GROUP_TO_ITSELF,
 *   ROLE_INSTANCE_IN_GROUP, CHANGED_MEANWHILE
 */
export function plan(
  home: SubscriptionDirectory,
  changes: readonly PolicyChange[],
  making: Making & { readonly changers: Changers },
): Plan {
  const draft = new Draft(home);
  const steps = changes.map((change) => {
    for (const expectation of expectationsOf(change)) requireUnchanged(draft, expectation, making.changers);
    return stepOf(draft, change, making);
  });
  const roles = new Set(steps.flatMap((step) => step.roles ?? []));
  const counts = [...roles].filter((role) => draft.roles.get(role) !== undefined);
  const undo = steps.toReversed().flatMap((step) => step.undo);
  const most = LIMITS.CHANGES_MAX.value;
  const tooMany = undo.length > most ? `Undoing it would take more than ${most} changes.` : null;
  const whyNot = steps.find((step) => step.whyNot !== undefined)?.whyNot ?? tooMany;
  return {
    draft,
    steps,
    operations: [
      ...steps.flatMap((step) => step.operations),
      ...counts.map((role) => ({ do: 'count-instances' as const, role, at: making.now })),
    ],
    undo: whyNot === null ? undo : null,
    whyNot,
    kinds: [...new Set(steps.flatMap((step) => step.kinds))],
  };
}

/**
 * A thing has the version that it was seen with, changes of the same batch aside.
 * @throws CausewayError NOT_FOUND, CHANGED_MEANWHILE
 */
export function requireUnchanged(draft: Draft, { kind, nameOrId, version }: Expectation, changers: Changers): void {
  if (version === undefined) return;
  const { id, name } = { group: draft.groups, role: draft.roles, machine: draft.machines }[kind].find(nameOrId);
  const before =
    draft.machines.before(id as never) ?? draft.groups.before(id as never) ?? draft.roles.before(id as never);
  if (before === undefined || before.version === version) return;
  const thing = kind === 'machine' ? name : `the ${kind} ${name}`;
  throw new CausewayError('CHANGED_MEANWHILE', { by: changers.of(id), thing });
}

function stepOf(draft: Draft, change: PolicyChange, making: Making): Step {
  switch (change.do) {
    case 'create-group':
      return createGroup(draft, change, making);
    case 'change-group':
      return changeGroup(draft, change);
    case 'remove-group':
      return removeGroup(draft, change);
    case 'create-role':
      return createRole(draft, change, making);
    case 'change-role':
      return changeRole(draft, change);
    case 'remove-role':
      return removeRole(draft, change);
    case 'connect':
      return connect(draft, change, making);
    case 'disconnect':
      return disconnect(draft, change);
    case 'assign':
      return assign(draft, change);
    case 'set-disabled':
      return setDisabled(draft, change);
    case 'rename-machine':
      return renameMachine(draft, change);
    case 'remove-machines':
      return removeMachines(draft, change);
    case 'set-dns-routes':
      return setDnsRoutes(draft, change);
  }
}

function expectationsOf(change: PolicyChange): Expectation[] {
  switch (change.do) {
    case 'change-group':
    case 'remove-group':
      return [{ kind: 'group', nameOrId: change.group, version: change.expect }];
    case 'change-role':
    case 'remove-role':
      return [{ kind: 'role', nameOrId: change.role, version: change.expect }];
    case 'rename-machine':
      return [{ kind: 'machine', nameOrId: change.machine, version: change.expect }];
    default:
      return [];
  }
}
