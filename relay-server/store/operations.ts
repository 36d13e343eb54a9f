/**
 * What one transaction does to the policy of a subscription, step by step. Whoever writes the list has
 * checked names, kinds and sides, and knows what hangs on what; the store only does it, in order.
 */
import type { DnsRouteSetting } from '#protocol/dns-routes.ts';
import type { GroupId, MachineId, RoleId, SubscriptionId } from '#protocol/ids.ts';
import type { ConnectionRecord, GroupChange, GroupRecord, MachineChange, RoleChange, RoleRecord } from './records.ts';

/** What changes a row raises its version by one. */
export type PolicyOperation =
  | { readonly do: 'create-group'; readonly group: GroupRecord }
  | { readonly do: 'change-group'; readonly id: GroupId; readonly change: GroupChange }
  /** Its members become unassigned, its connections go. */
  | { readonly do: 'remove-group'; readonly id: GroupId }
  | { readonly do: 'create-role'; readonly role: RoleRecord }
  | { readonly do: 'change-role'; readonly id: RoleId; readonly change: RoleChange }
  /** Its instances, tokens and connections go. */
  | { readonly do: 'remove-role'; readonly id: RoleId }
  | { readonly do: 'connect'; readonly connection: ConnectionRecord }
  | { readonly do: 'disconnect'; readonly id: string }
  | { readonly do: 'change-machines'; readonly ids: readonly MachineId[]; readonly change: MachineChange }
  | { readonly do: 'remove-machines'; readonly ids: readonly MachineId[] }
  | {
      readonly do: 'set-dns-routes';
      readonly subscription: SubscriptionId;
      readonly routes: readonly DnsRouteSetting[];
    }
  /** Writes down how many instances the role has from `at` on. */
  | { readonly do: 'count-instances'; readonly role: RoleId; readonly at: number };
