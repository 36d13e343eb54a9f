/**
 * Activation: a machine shows the secret of a token and proves its keys, and becomes a machine of the
 * subscription. The same keys again are the same machine.
 */
import { ipv4Candidate, ipv6Address } from '#protocol/addresses.ts';
import type { ControlParams } from '#protocol/control-messages.ts';
import { fromBase64url, toHex } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { machineIdOf } from '#protocol/lock/certificate.ts';
import type { Label } from '#protocol/names.ts';
import { activationTranscript, tokenSecretHash } from '#protocol/proofs.ts';
import type { MachineRecord, TokenRecord } from '../store/records.ts';
import type { ToldOfArrival } from '../store/store.ts';
import { isOpen } from './administration/install-links.ts';
import { requireUsable } from './administration/tokens.ts';
import { auditEntry } from './audit.ts';
import type { ControlContext } from './context.ts';
import { toldDnsRoutes, toldOtherwise } from './dns-routes.ts';
import { type EphemeralKey, holdsTunnelKey, isSignedBy } from './proof-checks.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

const LABEL_MAX_CHARACTERS = 63;

export interface Challenged {
  readonly nonce: Uint8Array;
  readonly ephemeral: EphemeralKey;
}

/**
 * @param address from which the machine has connected.
 * @throws CausewayError AUTHENTICATION_FAILED, TOKEN_UNKNOWN, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_EXHAUSTED,
 *   INSTALL_LINK_CLOSED, NAME_TAKEN, MACHINE_DISABLED
 */
export async function activate(
  context: ControlContext,
  challenge: Challenged,
  params: ControlParams<'activate'>,
  address: string,
): Promise<MachineRecord> {
  const { signingKey, tunnelKey } = params;
  const transcript = activationTranscript(challenge.nonce, context.pin, params.subscription, signingKey, tunnelKey);
  const proven =
    isSignedBy(signingKey, transcript, params.signature) &&
    holdsTunnelKey(tunnelKey, challenge.ephemeral, transcript, params.tunnelProof);
  if (!proven) throw new CausewayError('AUTHENTICATION_FAILED');
  return context.turns.take(() => admit(context, params, address));
}

async function admit(
  context: ControlContext,
  params: ControlParams<'activate'>,
  address: string,
): Promise<MachineRecord> {
  const subscription = context.directory.get(params.subscription);
  if (subscription === undefined) throw new CausewayError('TOKEN_UNKNOWN');
  const token = await context.store.installing.findToken(subscription.id, hashOf(params.secret));
  if (token === undefined) throw new CausewayError('TOKEN_UNKNOWN');

  // Before the token's limits: its keys alone would let this machine in, and an answer that got lost
  // must not cost a second use.
  const known = subscription.machineByKey(params.signingKey);
  if (known !== undefined) return admitAgain(known, params);

  requireUsable(token, context.clock.now());
  const link = await context.store.installing.findLinkOfToken(token.id);
  if (link !== undefined && !isOpen(link, context.clock.now())) throw new CausewayError('INSTALL_LINK_CLOSED');
  const machine = newMachine(context, subscription, token, params);
  const told = toldOfArrival(context, subscription, token, machine, address);
  const policyVersion = await context.store.addMachine(machine, token, told);
  subscription.record = { ...subscription.record, policyVersion };
  const toldBefore = toldDnsRoutes(subscription);
  context.directory.putMachine(machine);
  context.counters.activations++;
  context.notices.policyChanged(subscription);
  const otherRoutes = toldOtherwise(toldBefore, toldDnsRoutes(subscription)).filter((id) => id !== machine.id);
  context.notices.selfChanged(
    subscription,
    otherRoutes.flatMap((id) => subscription.machine(id) ?? []),
  );
  const kinds = ['machines', 'tokens', machine.kind === 'role-instance' ? 'roles' : 'groups'] as const;
  context.announcer.changed({ subscription: subscription.id, kinds, by: machine.name, policyVersion });
  context.logger.info({ subscription: subscription.id, machine: machine.id, name: machine.name }, 'machine activated');
  return machine;
}

function toldOfArrival(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  token: TokenRecord,
  machine: MachineRecord,
  address: string,
): ToldOfArrival {
  const { id, kind, name, ipv4, ipv6, activatedAt: at } = machine;
  const by = token.description === '' ? 'a token' : `the token “${token.description}”`;
  return {
    use: { token: token.id, machine: id, name, at, address },
    history: { machine: id, at, what: 'activated', sentence: `Activated by ${by} from ${address}.` },
    audit: auditEntry(context, { kind: 'machine', id, name, address }, 'machine.activate', {
      subscription: { id: subscription.id, name: subscription.record.name },
      target: { kind: 'machine', id, name },
      after: { name, kind, ipv4, ipv6, memberOf: subscription.sideOf(machine)?.name ?? null, token: token.description },
    }),
  };
}

function admitAgain(known: MachineRecord, params: ControlParams<'activate'>): MachineRecord {
  if (known.tunnelKey !== params.tunnelKey) throw new CausewayError('AUTHENTICATION_FAILED');
  if (known.disabled) throw new CausewayError('MACHINE_DISABLED');
  return known;
}

function newMachine(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  token: TokenRecord,
  params: ControlParams<'activate'>,
): MachineRecord {
  const id = machineIdOf(subscription.id, params.tunnelKey);
  // Two machines with one tunnel key: nobody honest makes that.
  if (context.directory.homeOf(id) !== undefined) throw new CausewayError('AUTHENTICATION_FAILED');
  const now = context.clock.now();
  const common = {
    id,
    subscription: subscription.id,
    ipv4: freeIpv4(subscription, id),
    ipv6: ipv6Address(subscription.id, id),
    signingKey: params.signingKey,
    tunnelKey: params.tunnelKey,
    disabled: false,
    os: params.os,
    agentVersion: params.agentVersion,
    activatedAt: now,
    lastSeenAt: now,
    version: 1,
  };
  if (token.role !== null) {
    return { ...common, kind: 'role-instance', role: token.role, name: freeInstanceName(subscription, params.name) };
  }
  if (subscription.machineByName(params.name) !== undefined) {
    throw new CausewayError('NAME_TAKEN', { name: params.name });
  }
  return { ...common, kind: 'local-endpoint', group: token.group, name: params.name };
}

/** Instances are many and come from one image with one host name: the next free `name-2`, `name-3` … */
function freeInstanceName(subscription: SubscriptionDirectory, wanted: Label): Label {
  let name = wanted;
  for (let number = 2; subscription.machineByName(name) !== undefined; number++) {
    const suffix = `-${number}`;
    name = `${wanted.slice(0, LABEL_MAX_CHARACTERS - suffix.length)}${suffix}` as Label;
  }
  return name;
}

function freeIpv4(subscription: SubscriptionDirectory, machine: MachineId): string {
  let attempt = 0;
  let address = ipv4Candidate(machine, attempt);
  while (subscription.machineByAddress(address) !== undefined) address = ipv4Candidate(machine, ++attempt);
  return address;
}

function hashOf(secret: string): string {
  return toHex(tokenSecretHash(fromBase64url(secret)));
}
