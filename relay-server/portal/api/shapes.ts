/** What the API answers, as types. Made of the schemas in protocol/rest/, of which nothing is loaded. */
import type { z } from 'zod';
import type { DiagnosticCheck as Check } from '#protocol/diagnostics.ts';
import type * as access from '#protocol/rest/access.ts';
import type * as changes from '#protocol/rest/changes.ts';
import type * as installing from '#protocol/rest/installing.ts';
import type * as machines from '#protocol/rest/machines.ts';
import type * as policy from '#protocol/rest/policy.ts';
import type * as watching from '#protocol/rest/watching.ts';

export interface List<Item> {
  readonly items: readonly Item[];
  /** To be passed as `after` for the following page; null at the end. */
  readonly next: string | null;
}

export type Account = z.infer<typeof access.account>;
export type ApiKey = z.infer<typeof access.apiKey>;
export type CreatedApiKey = z.infer<typeof access.createdApiKey>;
export type Person = z.infer<typeof access.person>;
export type Session = z.infer<typeof access.session>;
export type SignInWays = z.infer<typeof access.signInWays>;
export type TotpSecret = z.infer<typeof access.totpSecret>;

export type AppliedChanges = z.infer<typeof changes.appliedChanges>;
export type Effect = z.infer<typeof changes.effect>;
export type PolicyDocument = z.infer<typeof changes.policyDocument>;
/** An on-premises DNS suffix with its servers. */
export type DnsRoute = NonNullable<PolicyDocument['dnsRoutes']>[number];
/** As it is sent: what has a default may be left out. */
export type PolicyChange = z.input<typeof changes.policyChange>;

export type CreatedInstallLink = z.infer<typeof installing.createdInstallLink>;
export type CreatedToken = z.infer<typeof installing.createdToken>;
export type Download = z.infer<typeof installing.download>;
export type InstallLink = z.infer<typeof installing.installLink>;
export type InstallPage = z.infer<typeof installing.installPage>;
export type Token = z.infer<typeof installing.token>;
export type TokenUse = z.infer<typeof installing.tokenUse>;

export type { LockView } from '#protocol/rest/lock.ts';
export type DiagnosticCheck = Check;
export type HistoryEntry = z.infer<typeof machines.historyEntry>;
export type Machine = z.infer<typeof machines.machine>;
export type MachineDiagnostics = z.infer<typeof machines.machineDiagnostics>;
export type MachinePage = z.infer<typeof machines.machinePage>;
export type MachinePeer = z.infer<typeof machines.machinePeer>;
export type MachineStatus = z.infer<typeof machines.machineStatus>;

export type Connection = z.infer<typeof policy.connection>;
export type Group = z.infer<typeof policy.group>;
export type InstanceCounts = z.infer<typeof policy.instanceCounts>;
export type Reachability = z.infer<typeof policy.reachability>;
export type Role = z.infer<typeof policy.role>;
export type Subscription = z.infer<typeof policy.subscription>;

export type Activity = z.infer<typeof watching.activity>;
export type AuditEntry = z.infer<typeof watching.auditEntry>;
export type LiveEvent = z.infer<typeof watching.liveEvent>;
export type RelayOverTime = z.infer<typeof watching.relayOverTime>;
export type RelaySample = z.infer<typeof watching.relaySample>;
