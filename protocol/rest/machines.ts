/**
 * REST: machines, what they say of themselves, and what became of them.
 *
 *     GET    /subscriptions/:subscription/machines               a page at a time
 *     GET    PATCH  DELETE  …/machines/:machine
 *     GET    …/machines/:machine/peers?after=&search=            whom it may reach
 *     GET    …/machines/:machine/status                          what its agent reports; asking has it report every two
 *                                                                seconds for the next half minute
 *     GET    …/machines/:machine/history                         came, went, changed; newest first
 *     GET    POST   …/machines/:machine/diagnostics              the last diagnostics; POST asks the agent for new ones (202)
 *
 * Many machines at once: `assign`, `set-disabled` and `remove-machines` of changes.ts.
 */
import { z } from 'zod';
import { diagnosticCheck } from '../diagnostics.ts';
import { groupId, machineId, roleId } from '../ids.ts';
import { label } from '../names.ts';
import { agentStatus } from '../status.ts';
import { isoTime, nameOrId, version } from './api.ts';

export const machine = z.object({
  id: machineId,
  kind: z.enum(['local-endpoint', 'role-instance']),
  name: label,
  ipv4: z.string(),
  ipv6: z.string(),
  group: groupId.nullable(),
  role: roleId.nullable(),
  /** Name of its group or role; null while unassigned. */
  memberOf: z.string().nullable(),
  disabled: z.boolean(),
  os: z.string(),
  agentVersion: z.string(),
  activatedAt: isoTime,
  lastSeenAt: isoTime.nullable(),
  /** Whether its control connection is open now. */
  online: z.boolean(),
  relay: z.enum(['connected', 'disconnected']),
  version,
});
/** `group`: id or name of the group to put a local endpoint in; null takes it out of its group. */
export const machineChange = z
  .strictObject({ name: label, group: nameOrId.nullable(), disabled: z.boolean() })
  .partial();

export const machineSort = z.enum([
  'name',
  'group',
  'os',
  'agentVersion',
  'ipv4',
  'online',
  'lastSeenAt',
  'activatedAt',
]);
export const machineQuery = z.object({
  /** What `next` of the page before said. */
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  /** Part of the name, an address, the OS, the agent's version, or the group's or role's name. */
  search: z.string().max(63).optional(),
  /** Only members of this group (id or name); `none` for computers in no group. */
  group: nameOrId.optional(),
  /** Only instances of this role (id or name). */
  role: nameOrId.optional(),
  kind: z.enum(['local-endpoint', 'role-instance']).optional(),
  /** Only those that are connected now, that are not, or that are disabled. */
  state: z.enum(['online', 'offline', 'disabled']).optional(),
  sort: machineSort.default('name'),
  order: z.enum(['ascending', 'descending']).default('ascending'),
});
/** `total`: how many machines the query finds, whatever the page. */
export const machinePage = z.object({ items: z.array(machine), next: z.string().nullable(), total: z.int() });

/** Somebody whom policy lets a machine reach. */
export const machinePeer = z.object({
  id: machineId,
  name: label,
  ipv4: z.string(),
  ipv6: z.string(),
  memberOf: z.string(),
  online: z.boolean(),
  /** Bytes per second from and to the peer, as the relay counts them; null if nothing passed within a minute. */
  receivedPerSecond: z.number().nullable(),
  sentPerSecond: z.number().nullable(),
  /** Milliseconds, as the agent reports them; null while there is no session. */
  roundTripMs: z.number().nullable(),
});
export type MachinePeer = z.infer<typeof machinePeer>;
export const machinePeersQuery = z.object({
  after: z.string().max(63).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  search: z.string().max(63).optional(),
});

/** What an agent reports of itself, and when; null if it has not since the server started. */
export const machineStatus = z.object({ reportedAt: isoTime.nullable(), status: agentStatus.nullable() });

export const historyEntry = z.object({
  at: isoTime,
  what: z.enum(['activated', 'came', 'went', 'changed', 'disabled', 'enabled', 'moved', 'renamed']),
  /** A sentence for people. */
  sentence: z.string(),
});

export const machineDiagnostics = z.object({ takenAt: isoTime.nullable(), checks: z.array(diagnosticCheck) });
