/**
 * REST: several changes of a subscription's policy as one. They are done together or not at all, what
 * they would do can be asked first, and what was done can be undone.
 *
 *     POST   /subscriptions/:subscription/changes/preview   { changes } → the effect; changes nothing (needs `viewer`)
 *     POST   /subscriptions/:subscription/changes           { changes } → what was done, and what undoes it
 *     GET    /subscriptions/:subscription/policy            the policy as a document
 *     GET    /subscriptions/:subscription/policy.yaml       the same as YAML, always the same bytes for the same policy
 *     POST   /subscriptions/:subscription/policy/diff       a document (JSON, or YAML as application/yaml)
 *                                                           → the changes that lead there, and their effect (`viewer`)
 *
 * To apply a document, send the changes that `diff` answers. The document holds groups, roles, connections
 * and on-premises DNS suffixes, not who is in a group: computers come and go, and a file that named them would let
 * whoever takes such a name into the group.
 */
import { z } from 'zod';
import { dnsRouteSettings } from '../dns-routes.ts';
import { groupId, machineId, roleId } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { label } from '../names.ts';
import { description, displayName, nameOrId, version } from './api.ts';
import { newSide } from './sides.ts';

/** Refused as CHANGED_MEANWHILE when the thing has another version by now. */
const expect = version.optional();
const machines = z.array(nameOrId).min(1).max(LIMITS.CHANGE_MACHINES_MAX.value);

/** One change. `id` brings back what was removed, under the id that it had. */
export const policyChange = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('create-group'),
    id: groupId.optional(),
    name: displayName,
    description: description.default(''),
    interconnected: z.boolean().default(false),
  }),
  z.strictObject({
    do: z.literal('change-group'),
    group: nameOrId,
    name: displayName.optional(),
    description: description.optional(),
    interconnected: z.boolean().optional(),
    expect,
  }),
  z.strictObject({ do: z.literal('remove-group'), group: nameOrId, expect }),
  z.strictObject({
    do: z.literal('create-role'),
    id: roleId.optional(),
    name: displayName,
    description: description.default(''),
  }),
  z.strictObject({
    do: z.literal('change-role'),
    role: nameOrId,
    name: displayName.optional(),
    description: description.optional(),
    expect,
  }),
  /** With its instances, so it can not be undone while it has any. */
  z.strictObject({ do: z.literal('remove-role'), role: nameOrId, expect }),
  /** Asking for a connection that is there changes nothing, and neither does cutting one that is not. */
  z.strictObject({ do: z.literal('connect'), a: newSide, b: newSide }),
  z.strictObject({ do: z.literal('disconnect'), a: newSide, b: newSide }),
  /** Puts computers in a group, or (null) takes them out of the one they are in. */
  z.strictObject({ do: z.literal('assign'), machines, group: nameOrId.nullable() }),
  z.strictObject({ do: z.literal('set-disabled'), machines, disabled: z.boolean() }),
  z.strictObject({ do: z.literal('rename-machine'), machine: nameOrId, name: label, expect }),
  /** Can not be undone: a machine that was removed has to be activated again. */
  z.strictObject({ do: z.literal('remove-machines'), machines }),
  /** On-premises DNS suffixes, all of them: those that are not named are there no more. */
  z.strictObject({ do: z.literal('set-dns-routes'), routes: dnsRouteSettings }),
]);
export type PolicyChange = z.infer<typeof policyChange>;
export type PolicyChangeInput = z.input<typeof policyChange>;

export const newChanges = z.strictObject({
  changes: z.array(policyChange).min(1).max(LIMITS.CHANGES_MAX.value),
  /** Refused as CHANGED_MEANWHILE when the subscription's policy has another version by now. */
  expectPolicyVersion: z.int().optional(),
});

/** Machines that gain or lose somebody; `sample` shows the first of them, by name. */
const affected = z.object({
  machines: z.int(),
  pairs: z.int(),
  sample: z.array(
    z.object({
      id: machineId,
      name: label,
      /** How many peers it gains or loses, and the names of the first of them. */
      peers: z.int(),
      peerNames: z.array(z.string()),
    }),
  ),
});

export const effect = z.object({
  gain: affected,
  lose: affected,
  /** "14 machines gain access, 2 lose it." */
  sentence: z.string(),
  /** What each change does, in words, in their order: "Connects the role Web to the group SQL servers." */
  steps: z.array(z.string()),
  /** Whether it can be undone; if not, `whyNot` says why. */
  undoable: z.boolean(),
  whyNot: z.string().nullable(),
  policyVersion: z.int(),
});
export type Effect = z.infer<typeof effect>;

export const appliedChanges = z.object({
  effect,
  /** The changes that bring back what was; null when that is impossible. */
  undo: z.array(policyChange).nullable(),
  policyVersion: z.int(),
});

/** The policy as people keep it in a file. Sorted by name; sides are named, never numbered. */
export const policyDocument = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: displayName,
        description: description.default(''),
        interconnected: z.boolean().default(false),
      }),
    )
    .default([]),
  roles: z.array(z.strictObject({ name: displayName, description: description.default('') })).default([]),
  /** Each is a pair of `group NAME` or `role NAME`. */
  connections: z
    .array(z.tuple([z.string().regex(/^(group|role) \P{Cc}+$/u), z.string().regex(/^(group|role) \P{Cc}+$/u)]))
    .default([]),
  /** On-premises DNS suffixes, by suffix; left out where there is none. */
  dnsRoutes: dnsRouteSettings.optional(),
});
export type PolicyDocument = z.infer<typeof policyDocument>;

/** How a subscription's policy becomes that of a document. `changes` is empty when it is that already. */
export const policyDifference = z.object({ changes: z.array(policyChange), effect: effect.nullable() });
