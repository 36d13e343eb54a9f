/**
 * What every part of the control plane works with. No sockets, files or clocks of its own: the edges
 * pass those in.
 */
import type { Logger } from 'pino';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { MachineId, ServerPin, SubscriptionId } from '#protocol/ids.ts';
import type { ChangedKind } from '#protocol/rest/watching.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { PairCount } from '../relay/core.ts';
import type { Actor, MachineRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { GrantKey } from '../tls/grant-key.ts';
import type { Access } from './access/access.ts';
import type { AuditIds } from './audit.ts';
import type { Changers } from './changes/changers.ts';
import type { Counters } from './counters.ts';
import type { Directory } from './directory.ts';
import { dnsRoutesOf } from './dns-routes.ts';
import type { LiveGrants } from './live-grants.ts';
import type { Notices } from './notices.ts';
import type { Presence } from './presence.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';
import type { Turns } from './turns.ts';

/** What the control plane wants of the relay that runs beside it. */
export interface RelayPort {
  /** Closes the machine's relay connections: it was removed or disabled. */
  dropMachine(subscription: SubscriptionId, machine: MachineId): void;
  isConnected(subscription: SubscriptionId, machine: MachineId): boolean;
  /** What has passed in a subscription, of pairs that are still remembered. */
  pairs(subscription: SubscriptionId): PairCount[];
}

/** A change, for those who look at what was changed. */
export interface Announcement {
  /** Null for what is of no subscription. */
  readonly subscription: SubscriptionId | null;
  readonly kinds: readonly ChangedKind[];
  /** Name of who did it, for people. */
  readonly by: string;
  readonly policyVersion: number | null;
}

/** Tells open pages what happens. */
export interface Announcer {
  changed(change: Announcement): void;
  /** The session (or API key) has ended or its rights have changed: its pages are to load anew. */
  endSession(id: string): void;
}

export interface ControlContext {
  readonly store: Store;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly grantKey: GrantKey;
  readonly relay: RelayPort;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly grants: LiveGrants;
  readonly presence: Presence;
  readonly notices: Notices;
  readonly turns: Turns;
  readonly auditIds: AuditIds;
  readonly changers: Changers;
  readonly announcer: Announcer;
  readonly access: Access;
  /** Shown to machines in the challenge. */
  readonly serverVersion: string;
  /** What activation tokens carry. */
  readonly serverUrl: () => string;
  readonly pin: ServerPin;
}

/** What an administrator's change works with: whose change it is stands in the audit. */
export interface AdministrationContext extends ControlContext {
  readonly by: Actor;
}

/**
 * An answer is prepared in its own time and completed in the same breath as it is sent, so that no
 * policy change, and no revocation it causes, can come between.
 */
export type Answer<Result> = () => Result;

/**
 * A machine's own facts, as it is told them.
 * @param now milliseconds of the Unix epoch
 * @param successions how the grant key became the present one
 */
export function selfFactsOf(
  subscription: SubscriptionDirectory,
  machine: MachineRecord,
  now: number,
  successions: readonly string[] = [],
): SelfFacts {
  const { lock, record } = subscription;
  const dnsRoutes = dnsRoutesOf(subscription, machine);
  return {
    id: machine.id,
    kind: machine.kind,
    name: machine.name,
    subscription: { id: record.id, name: record.name },
    ipv4: machine.ipv4,
    ipv6: machine.ipv6,
    memberOf: subscription.sideOf(machine) ?? null,
    relays: [],
    policyVersion: record.policyVersion,
    ...(dnsRoutes.length > 0 && { dnsRoutes }),
    ...(successions.length > 0 && { grantKeys: [...successions] }),
    ...(lock.sequence > 0 && { lock: { sequence: lock.sequence, signed: lock.isSigned(machine, now) } }),
  };
}
