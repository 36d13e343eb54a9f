/**
 * States of the application as data, for pictures: a computer of contoso, whole or with something broken,
 * and any number of peers. No agent says them.
 */
import type { DesktopState, PolicyRefresh, ReachablePeer } from '#electron/ipc/schema.ts';
import { listedPeer } from '#protocol/control-messages.ts';
import { CausewayError, type ErrorCode, type ErrorDetails } from '#protocol/errors.ts';
import { machineId, serverPin, subscriptionId } from '#protocol/ids.ts';
import {
  type AgentStatus,
  PART_ORDER,
  type Part,
  type PartName,
  type PeerStatus,
  summarise,
} from '#protocol/status.ts';
import { encodeToken, TOKEN_SECRET_BYTES } from '#protocol/token.ts';

export const SERVER = 'https://relay.contoso.example';

export const TOKEN = encodeToken({
  server: SERVER,
  pin: serverPin.parse('A'.repeat(43)),
  subscription: subscriptionId.parse('5'.repeat(32)),
  secret: new Uint8Array(TOKEN_SECRET_BYTES).fill(7),
});

export function refusal(code: ErrorCode, details?: ErrorDetails) {
  return new CausewayError(code, details).toWire();
}

const DETAILS: Readonly<Record<PartName, string>> = {
  activation: 'in contoso',
  control: SERVER,
  relay: 'relay.contoso.example',
  adapter: 'causeway0',
  names: 'systemd-resolved',
};

export interface Wishes {
  /** Seconds ago that the parts were proven. */
  readonly provenAgo?: number;
  /** When the agent said so; now if not given. */
  readonly at?: number;
  readonly parts?: Partial<Record<PartName, Partial<Part>>>;
  readonly wanted?: AgentStatus['wanted'];
  readonly activated?: boolean;
  readonly peers?: readonly PeerStatus[];
  readonly memberOf?: string | null;
  readonly refreshingSince?: number | null;
  readonly lastRefresh?: PolicyRefresh | null;
}

export function hereWith(wishes: Wishes = {}): Extract<DesktopState, { agent: 'here' }> {
  const { provenAgo = 3, wanted = 'up', activated = true, peers = [], memberOf = 'staff' } = wishes;
  const { refreshingSince = null, lastRefresh = null } = wishes;
  const now = wishes.at ?? Date.now();
  const provenAt = now - provenAgo * 1_000;
  const off: Part = { state: 'off', provenAt: null, error: null, detail: '' };
  const whole = (name: PartName): Part => ({ state: 'ok', provenAt, error: null, detail: DETAILS[name] });
  const blank = (name: PartName) => (!activated || (wanted === 'down' && name !== 'activation') ? off : whole(name));
  const parts = Object.fromEntries(
    PART_ORDER.map((name) => [name, { ...blank(name), ...wishes.parts?.[name] }]),
  ) as AgentStatus['parts'];
  return {
    agent: 'here',
    heardAt: now,
    peersAt: now,
    refreshingSince,
    lastRefresh,
    status: {
      version: '0.1.0',
      at: now,
      wanted,
      summary: summarise(wanted, parts),
      machine: activated
        ? {
            id: machineId.parse('0'.repeat(32)),
            name: 'anna-laptop',
            fullName: 'anna-laptop.contoso.causeway.internal',
            ipv4: '100.64.0.2',
            ipv6: 'fd5c:51a7::2',
            subscription: 'contoso',
            memberOf,
          }
        : null,
      policyVersion: activated ? 41 : null,
      policyRefreshedAt: activated ? now - 95_000 : null,
      clockOffsetMs: 4,
      parts,
      relayRoundTripMs: parts.relay.state === 'ok' ? 11.6 : null,
      peers: [...peers],
    },
  };
}

/** A part that broke, with what comes after it. */
export function brokenAt(broken: PartName, error: Part['error'], agoSeconds = 192): Wishes {
  const failed: Partial<Part> = { state: 'failed', error, provenAt: Date.now() - agoSeconds * 1_000 };
  // Without the control plane's server there is no relay either, as a rule.
  return { parts: { [broken]: failed, ...(broken === 'control' && { relay: { ...failed } }) } };
}

const KINDS = ['fs', 'sql', 'web', 'build', 'print', 'nas', 'ci', 'mail'];
const MEMBERSHIPS = ['file servers', 'databases', 'web frontend', 'build agents', 'office', 'storage'];

/** So many peers, some with a session. */
export function peersOf(count: number): ReachablePeer[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(Math.floor(index / KINDS.length) + 1).padStart(2, '0');
    const listed = listedPeer.parse({
      id: (index + 1).toString(16).padStart(32, '0'),
      name: `${KINDS[index % KINDS.length]}${number}`,
      ipv4: `100.64.${Math.floor(index / 200)}.${(index % 200) + 10}`,
      ipv6: `fd5c:51a7::${(index + 16).toString(16)}`,
      memberOf: MEMBERSHIPS[index % MEMBERSHIPS.length],
      online: index % 9 !== 7,
    });
    return { ...listed, session: null };
  }).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Their sessions at a second of the play: totals that grow as real ones do. */
export function sessionsOf(peers: readonly ReachablePeer[], second: number): PeerStatus[] {
  return peers.flatMap((peer, index): PeerStatus[] => {
    if (!peer.online || index % 3 === 2) return [];
    const { id, name, ipv4, ipv6 } = peer;
    const unreachable = index % 13 === 4;
    const wave = (phase: number) => Math.round(second * 140_000 + 900_000 * (1 + Math.sin(second / 7 + phase)));
    return [
      {
        id,
        name,
        ipv4,
        ipv6,
        state: unreachable ? 'unreachable' : index % 11 === 3 ? 'connecting' : 'connected',
        provenAt: unreachable ? null : Date.now() - 900,
        roundTripMs: unreachable ? null : 8.4 + (index % 7) * 3.1,
        receivedBytes: unreachable ? 0 : Math.max(0, wave(index)) * (1 + (index % 4)),
        sentBytes: unreachable ? 0 : Math.round(Math.max(0, wave(index + 2)) / 5),
        grantExpiresAt: Date.now() + 3_000_000,
        error: null,
      },
    ];
  });
}
