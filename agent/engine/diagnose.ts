/**
 * The chain from this computer to its peers, checked link by link from the near end, so that the first
 * failure is the one to mend. Looks and never repairs.
 */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { CausewayError, fromWire, isRefusal } from '#protocol/errors.ts';
import type { GrantedMachine } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check } from '#protocol/local-api.ts';
import { type AgentStatus, PART_ORDER, type Part, type PartName } from '#protocol/status.ts';
import { durationText } from '../duration.ts';
import { connectPinned, unreachable } from '../pinned-socket.ts';
import type { Activation } from '../state/activation-file.ts';
import type { Membership } from './membership.ts';

export interface DiagnosisSubject {
  readonly activation: Activation | undefined;
  readonly membership: Membership | undefined;
  /** Status with every part proven anew. */
  readonly status: () => Promise<AgentStatus>;
}

/** Peers that are pinged; more would make a diagnosis of a big server endless. */
const PEERS_TO_PING = 20;

const WORKING: Record<PartName, string> = {
  activation: 'This computer is activated',
  control: 'The control plane answers',
  relay: 'The relay answers',
  adapter: 'The adapter has its addresses and routes',
  names: 'Names of the network are found',
};

/** Runs every check in order; one that fails does not stop the later ones. */
export async function diagnose(subject: DiagnosisSubject, onCheck: (check: Check) => void): Promise<Check[]> {
  const checks: Check[] = [];
  const run = async (name: string, work: () => Promise<string>) => {
    const check = await outcome(name, work);
    checks.push(check);
    onCheck(check);
  };
  const { activation, membership } = subject;
  await run('activation', async () => {
    if (activation === undefined) throw new CausewayError('NOT_ACTIVATED');
    return `Activated as ${activation.self.name} in ${activation.self.subscription.name}.`;
  });
  if (activation === undefined) return checks;

  const { hostname, port } = new URL(activation.server);
  const host = hostname.replace(/^\[|\]$/g, '');
  await run('server name', async () => {
    const addresses = await lookup(host, { all: true }).catch((error: unknown) => {
      throw unreachable(activation.server, error);
    });
    return `${host} is ${addresses.map(({ address }) => address).join(', ')}.`;
  });
  await run('server port', async () => {
    await tcpConnect(host, port === '' ? 443 : Number(port), activation.server);
    return `TCP to ${host}:${port || 443} connects.`;
  });
  await run('server key', async () => {
    const timeout = AbortSignal.timeout(LIMITS.CONTROL_TIMEOUT_MS.value);
    const socket = await connectPinned(activation, timeout).catch((error: unknown) => {
      throw error === timeout.reason ? unreachable(activation.server, new Error('no answer')) : error;
    });
    socket.destroy();
    return 'TLS works and the key is the one in the activation token.';
  });
  if (membership === undefined) {
    await run('wanted', async () => {
      throw new CausewayError('NOT_CONNECTED');
    });
    return checks;
  }

  const status = await subject.status();
  await run('clock', async () => {
    const offset = status.clockOffsetMs;
    if (offset === null) return 'Not compared with the server yet.';
    if (Math.abs(offset) >= LIMITS.CLOCK_SKEW_WARN_MS.value) {
      throw new CausewayError('CLOCK_SKEWED', { skew: durationText(offset) });
    }
    return `This computer and the server agree to within ${Math.max(1, Math.abs(offset))} ms.`;
  });
  for (const name of PART_ORDER.slice(1)) await run(name, async () => partOutcome(name, status.parts[name]));
  for (const peer of status.peers.slice(0, PEERS_TO_PING)) {
    await run(`peer ${peer.name}`, async () => {
      const roundTrip = await membership.link.ping(await grantedNow(membership, peer.id), LIMITS.PING_TIMEOUT_MS.value);
      return `Answers through the tunnel in ${roundTrip.toFixed(1)} ms.`;
    });
  }
  return checks;
}

async function outcome(name: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await work(), remedy: null };
  } catch (error) {
    const refusal =
      error instanceof CausewayError
        ? error
        : new CausewayError('INTERNAL', { issue: String(error) }, { cause: error });
    return { name, ok: false, detail: `${refusal.message} [${refusal.code}]`, remedy: refusal.remedy };
  }
}

function partOutcome(name: PartName, part: Part): string {
  if (part.error !== null) throw fromWire(part.error);
  if (part.state !== 'ok') throw new CausewayError('TIMED_OUT', { action: `the first try of ${name}`, seconds: 5 });
  return `${WORKING[name]}${part.detail === '' ? '' : ` (${part.detail})`}.`;
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

function tcpConnect(host: string, port: number, server: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, timeout: LIMITS.PING_TIMEOUT_MS.value });
  socket.once('connect', () => resolve());
  socket.once('timeout', () => reject(unreachable(server, new Error('no answer'))));
  socket.once('error', (error) => reject(unreachable(server, error)));
  return promise.finally(() => socket.destroy());
}
