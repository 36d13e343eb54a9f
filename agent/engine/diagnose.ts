/**
 * The chain from this computer to its peers, checked link by link from the near end, so that the first
 * failure is the one to mend. Looks and never repairs.
 */
import { formatIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { CausewayError, fromWire, isRefusal } from '#protocol/errors.ts';
import type { GrantedMachine } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check } from '#protocol/local-api.ts';
import type { AgentStatus, Part, PartName } from '#protocol/status.ts';
import { durationText } from '../duration.ts';
import type { Proxies } from '../proxy/proxies.ts';
import { skewWarning } from '../server-clock.ts';
import type { Activation } from '../state/activation-file.ts';
import { type Finding, outcome } from './check-outcome.ts';
import type { Host } from './host.ts';
import type { Membership } from './membership.ts';
import { checkWay } from './server-checks.ts';
import { stateFinding } from './state-check.ts';

export interface DiagnosisSubject {
  readonly activation: Activation | undefined;
  readonly membership: Membership | undefined;
  readonly host: Host;
  readonly stateDirectory: string;
  readonly proxies?: Proxies | undefined;
  /** Server clock minus ours, milliseconds, as learnt last. */
  readonly clockOffsetMs: number | null;
  /** Status with every part proven anew. */
  readonly status: () => Promise<AgentStatus>;
}

/** Peers that are pinged; more would make a diagnosis of a big server endless. */
const PEERS_TO_PING = 20;

/** What there was no answer to, where a part is neither well nor failed. */
const WAITED_FOR: Record<PartName, string> = {
  activation: 'the question whether this computer is activated',
  control: 'an echo request to the control plane',
  relay: 'an echo request to the relay',
  adapter: 'the set-up of the adapter',
  names: 'the set-up of names',
};

/** Runs every check in order; one that fails does not stop the later ones. */
export async function diagnose(subject: DiagnosisSubject, onCheck: (check: Check) => void): Promise<Check[]> {
  const checks: Check[] = [];
  const add = (check: Check) => {
    checks.push(check);
    onCheck(check);
  };
  const run = async (name: string, work: () => Finding | Promise<Finding>) => add(await outcome(name, work));
  const { activation, membership, host } = subject;
  await run('activation', () => activationFinding(activation));
  await run('state', () => stateFinding(subject.stateDirectory));
  if (activation === undefined) return checks;
  await run('clock', () => clockFinding(subject.clockOffsetMs));
  await checkWay({ ...activation, proxies: subject.proxies }, run);
  if (membership === undefined) {
    await run('wanted', () => Promise.reject(new CausewayError('NOT_CONNECTED')));
    return checks;
  }

  const since = Date.now();
  const status = await subject.status();
  const { control, relay, adapter, names } = status.parts;
  await run('control', () => {
    return partFinding('control', answeredSince(control, since), (server) => `The control plane answers (${server}).`);
  });
  await run('lock', () => membership.trust.lockFinding(membership.self));
  await run('relay', () => {
    const echo = status.relayRoundTripMs === null ? '' : ` in ${status.relayRoundTripMs.toFixed(1)} ms`;
    return partFinding(
      'relay',
      answeredSince(relay, since),
      (server) => `The relay sends an echo back${echo} (${server}).`,
    );
  });
  await run('adapter', () => {
    return partFinding('adapter', adapter, (name) => `The adapter is there, with its addresses and routes (${name}).`);
  });
  await run('route', async () => {
    const [peer = neighbourOf(membership.self)] = status.peers;
    return { detail: `This computer sends what is for the network into it: ${await host.proveRoute(peer)}.` };
  });
  await run('names', () => {
    return partFinding('names', names, (how) => `Programs on this computer find names of the network (${how}).`);
  });
  for (const made of membership.names.routes().map((route) => suffixCheck(subject.host, membership, route))) {
    add(await made);
  }
  // All at once: a dozen that are switched off would take a minute one after another.
  const pings = await peersToPing(membership, status);
  for (const made of pings.map(({ id, name }) => outcome(`peer ${name}`, () => pingFinding(membership, id)))) {
    add(await made);
  }
  return checks;
}

function suffixCheck(host: Host, { names }: Membership, route: DnsRoute): Promise<Check> {
  return outcome(`names under ${route.suffix}`, () => host.proveSuffix(route, names));
}

function activationFinding(activation: Activation | undefined): Finding {
  if (activation === undefined) throw new CausewayError('NOT_ACTIVATED');
  const { name, subscription } = activation.self;
  return { detail: `This computer is ${name} in the subscription ${subscription.name}.` };
}

function clockFinding(offset: number | null): Finding {
  if (offset === null) return { detail: 'The clock was not compared with the server’s yet; connecting does that.' };
  const skewed = skewWarning(offset);
  if (skewed !== undefined) throw skewed;
  const apart = Math.abs(offset) < 1_000 ? `${Math.max(1, Math.round(Math.abs(offset)))} ms` : durationText(offset);
  return { detail: `This computer’s clock and the server’s agree to within ${apart}.` };
}

/** @throws CausewayError why it does not work */
function partFinding(name: PartName, { state, error, detail }: Part, sentence: (detail: string) => string): Finding {
  if (state === 'ok') {
    // With an error it works all the same, and there is something to know.
    return { detail: sentence(detail), ...(error === null ? {} : { remedy: `${error.message} ${error.remedy}` }) };
  }
  if (error !== null) throw fromWire(error);
  throw new CausewayError('TIMED_OUT', { action: WAITED_FOR[name], seconds: 2 });
}

/** A part at the other end: one that has not answered since is not known to work. */
function answeredSince(part: Part, since: number): Part {
  return part.state === 'ok' && (part.provenAt ?? 0) < since ? { ...part, state: 'pending' } : part;
}

/** Those that this machine has to do with; else whom it may reach and who is connected now. */
async function peersToPing(
  { control }: Membership,
  { peers }: AgentStatus,
): Promise<readonly { id: MachineId; name: string }[]> {
  if (peers.length > 0) return peers.slice(0, PEERS_TO_PING);
  const listed = await control.request('listPeers', {}).catch(() => ({ peers: [] }));
  return listed.peers.filter(({ online }) => online).slice(0, PEERS_TO_PING);
}

async function pingFinding(membership: Membership, id: MachineId): Promise<Finding> {
  const roundTrip = await membership.link.ping(await grantedNow(membership, id), LIMITS.PING_TIMEOUT_MS.value);
  return { detail: `Answers through the tunnel in ${roundTrip.toFixed(1)} ms.` };
}

/** The peer, asked for anew; while the control plane is away a grant in hand still lets the two talk. */
async function grantedNow(membership: Membership, id: MachineId): Promise<GrantedMachine> {
  try {
    return (await membership.directory.renew(id)).machine;
  } catch (error) {
    const known = membership.directory.get(id);
    if (known === undefined || isRefusal(error, 'POLICY_DENIED')) throw error;
    return known.machine;
  }
}

/** Addresses beside this machine's own: where a packet for them goes does not depend on whether anybody has them. */
function neighbourOf(self: { readonly ipv4: string; readonly ipv6: string }): { ipv4: string; ipv6: string } {
  const beside = (bytes: Uint8Array) => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);
  return { ipv4: beside(parseIpv4(self.ipv4)).join('.'), ipv6: formatIpv6(beside(parseIpv6(self.ipv6))) };
}
