/**
 * Peers on demand: a grant for one pair, or a page of whom policy lets a machine reach. The cost is
 * that of the pair or the page, however large the subscription is.
 */
import { formatIpv6, isIpv6, parseIpv6 } from '#protocol/addresses.ts';
import type { ControlResult, GrantedPeer, ListedPeer } from '#protocol/control-messages.ts';
import { toHex } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { type GrantedMachine, signGrant, signTicket } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { evaluate } from '#protocol/policy.ts';
import type { MachineRecord } from '../store/records.ts';
import type { Answer, ControlContext } from './context.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';
import { shownAs } from './subscription-lock.ts';

const GRANT_ID_BYTES = 12;

/** @throws CausewayError NAME_UNKNOWN, alike for names that do not exist and those denied. */
export async function peerByName(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  asker: MachineRecord,
  name: string,
): Promise<Answer<GrantedPeer>> {
  const peer = subscription.machineByName(name);
  if (peer === undefined || !evaluate(subscription.policy, asker.id, peer.id).allowed) {
    throw new CausewayError('NAME_UNKNOWN', { name });
  }
  return grant(context, subscription, asker, peer);
}

/** @throws CausewayError POLICY_DENIED */
export async function peerByAddress(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  asker: MachineRecord,
  address: string,
): Promise<Answer<GrantedPeer>> {
  const peer = subscription.machineByAddress(isIpv6(address) ? formatIpv6(parseIpv6(address)) : address);
  if (peer === undefined) {
    throw new CausewayError('POLICY_DENIED', { reason: `No machine of this subscription has the address ${address}.` });
  }
  return grant(context, subscription, asker, peer);
}

/** @throws CausewayError POLICY_DENIED */
export async function peerById(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  asker: MachineRecord,
  id: MachineId,
): Promise<Answer<GrantedPeer>> {
  const peer = subscription.machine(id);
  if (peer === undefined) {
    throw new CausewayError('POLICY_DENIED', { reason: 'That machine is not one of this subscription.' });
  }
  return grant(context, subscription, asker, peer);
}

/** Which of the peers a machine lives by are no longer allowed. The others count as granted from now on. */
export function syncGrants(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  asker: MachineRecord,
  peers: readonly MachineId[],
): ControlResult<'sync'> {
  // Their real expiry is not known after a restart, and can not be later than this.
  const latest = context.clock.now() + LIMITS.GRANT_LIFETIME_S.value * 1000;
  const revoked: MachineId[] = [];
  for (const peer of peers) {
    if (evaluate(subscription.policy, asker.id, peer).allowed) context.grants.add(asker.id, peer, latest);
    else revoked.push(peer);
  }
  return { revoked };
}

/** Whom policy lets `asker` reach, by name, a page at a time. */
export function listPeers(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  asker: MachineRecord,
  after: string | undefined,
): ControlResult<'listPeers'> {
  const perPage = LIMITS.PEERS_PER_PAGE.value;
  const side = subscription.sideOf(asker);
  if (side === undefined) return { peers: [], more: false };
  // No side can fill more than a page, and one more machine tells whether there is another.
  const found: MachineRecord[] = [];
  for (const reachable of subscription.reachableSides(side)) {
    let taken = 0;
    for (const machine of subscription.membersOf(reachable).after(after)) {
      if (machine.disabled || machine.id === asker.id) continue;
      found.push(machine);
      if (++taken > perPage) break;
    }
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  const peers = found.slice(0, perPage).map((machine): ListedPeer => {
    const { id, name, ipv4, ipv6 } = machine;
    const memberOf = subscription.sideOf(machine)?.name ?? '';
    return { id, name, ipv4, ipv6, memberOf, online: context.presence.isOnline(id) };
  });
  return { peers, more: found.length > perPage };
}

export async function relayTicket(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  machine: MachineRecord,
): Promise<Answer<ControlResult<'relayTicket'>>> {
  const { iat, exp } = lifetime(context, LIMITS.TICKET_LIFETIME_S.value);
  const claims = { iat, exp, sub: machine.id, subscription: subscription.id };
  const ticket = await signTicket(claims, context.grantKey.privateKey);
  return () => ({ ticket, expiresAt: exp * 1000 });
}

async function grant(
  context: ControlContext,
  subscription: SubscriptionDirectory,
  asker: MachineRecord,
  peer: MachineRecord,
): Promise<Answer<GrantedPeer>> {
  const requireAllowed = () => {
    const verdict = evaluate(subscription.policy, asker.id, peer.id);
    if (!verdict.allowed) throw new CausewayError('POLICY_DENIED', { reason: verdict.reason });
  };
  requireAllowed();
  const backing = subscription.lock.backingOf(asker, peer, context.clock.now());
  const { iat, exp } = lifetime(context, LIMITS.GRANT_LIFETIME_S.value);
  const claims = {
    jti: toHex(context.random(GRANT_ID_BYTES)),
    iat,
    exp,
    subscription: subscription.id,
    machines: [shownAs(asker), shownAs(peer)] satisfies [GrantedMachine, GrantedMachine],
    ...(backing !== undefined && { backing }),
  };
  const text = await signGrant(claims, context.grantKey.privateKey);
  return () => {
    // Policy may have changed while it was signed.
    requireAllowed();
    context.grants.add(asker.id, peer.id, exp * 1000);
    context.counters.grants++;
    return { peer: shownAs(peer), grant: text, expiresAt: exp * 1000 };
  };
}

function lifetime(context: ControlContext, seconds: number): { iat: number; exp: number } {
  const iat = Math.floor(context.clock.now() / 1000);
  return { iat, exp: iat + seconds };
}
