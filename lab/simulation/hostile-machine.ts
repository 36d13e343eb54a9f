/**
 * A member machine in the hands of an attacker: it has its keys, every grant it was ever given and its place
 * at the relay, and runs a tunnel that believes what the attacker wants it to believe. What it sends to a
 * machine that the policy, or an honest control plane, does not let it talk to must not arrive.
 */
import { generateKeyPairSync } from 'node:crypto';
import { Tunnel } from '#agent/tunnel/tunnel.ts';
import { adapterPacket } from '#native/offload-header.ts';
import { encodeFrame, FRAME_HEADER_BYTES, PEER_AT } from '#protocol/frames.ts';
import { type GrantClaims, type GrantedMachine, signGrant } from '#protocol/grants.ts';
import { LIMITS } from '#protocol/limits.ts';
import { label } from '#protocol/names.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { SimulatedConnection } from './simulated-network.ts';
import type { World } from './world.ts';

export const ATTACKS = ['expired grant', 'forged grant', 'revoked grant', 'spoofed source', 'flood'] as const;
/** The last one is of a locked subscription, see locked-subscription.ts. */
export type Attack = (typeof ATTACKS)[number] | 'unsigned machine';

/** Why its packets must not arrive, where that is not the grant. */
const REASONS: Partial<Record<Attack, string>> = {
  'spoofed source': 'its source is another machine',
  'unsigned machine': 'no lock key has signed the machine that sent it',
};
/** How long an attack lasts. */
const LASTS_MS = 4_000;
const EVERY_MS = 400;
/** More than the relay may hold for one machine. */
const FLOOD_BYTES = 1.4 * LIMITS.RELAY_QUEUE_MAX_BYTES.value;
const SECOND = 1_000;

/** Attacks for some seconds; the machine's own agent must have ended. */
export async function attack(
  world: World,
  attacker: SimulatedMachine,
  victim: SimulatedMachine,
  what: Attack,
): Promise<void> {
  const { server } = world;
  if (server === undefined) return;
  world.trace.add(`${attacker.name} attacks ${victim.name}: ${what}`);
  const connection = world.lines.connect(attacker);
  const { id: machine, subscription } = attacker.activation.self;
  server.tieRelay(connection.server, { subscription: subscription.id, machine, expiresAt: world.time.now + 600_000 });
  if (what === 'flood') return flood(connection, victim);
  const grant = await grantFor(world, attacker, victim, what);
  if (grant === undefined) return;
  const end = world.time.now + LASTS_MS;
  const tunnel = tunnelOf(world, attacker, victim, connection);
  const expires = Math.floor(world.time.now / SECOND) + LIMITS.GRANT_LIFETIME_S.value;
  tunnel.setGrant(grant.text, { ...grant.claims, exp: expires }, world.time.now);
  const again = () => {
    if (world.time.now >= end) {
      tunnel[Symbol.dispose]();
      connection.machine.close(1000);
      return;
    }
    tunnel.outgoing(victim.id, [adapterPacket(packetOf(world, attacker, victim, what))], world.time.now);
    tunnel.tick(world.time.now);
    world.time.after(EVERY_MS, again, 'attack');
  };
  again();
}

function packetOf(world: World, attacker: SimulatedMachine, victim: SimulatedMachine, what: Attack): Uint8Array {
  // Whether it may arrive depends on the policy of the moment, as for any other packet.
  if (what === 'revoked grant') return world.invariants.packet(attacker, victim, 100);
  const forbidden = REASONS[what] ?? `it came by an ${what}`;
  const [someone] = world.strangers;
  const source = what === 'spoofed source' ? someone?.addresses : undefined;
  const number = world.invariants.lastNumber + 1;
  return world.invariants.packet(attacker, victim, 100, {
    forbidden,
    ...(source !== undefined && { source: number % 3 === 0 ? source.ipv6 : source.ipv4 }),
  });
}

/** What the attacker shows; undefined when it has nothing of the kind. */
async function grantFor(world: World, attacker: SimulatedMachine, victim: SimulatedMachine, what: Attack) {
  if (what === 'revoked grant' || what === 'spoofed source') {
    return attacker.grants.findLast(({ claims }) => claims.machines.some(({ id }) => id === victim.id));
  }
  const age = what === 'expired grant' ? LIMITS.GRANT_LIFETIME_S.value + 1 : 1;
  const iat = Math.floor(world.time.now / SECOND) - age;
  const claims: GrantClaims = {
    jti: Buffer.from(world.random.bytes(12)).toString('hex'),
    iat,
    exp: iat + LIMITS.GRANT_LIFETIME_S.value,
    subscription: attacker.activation.self.subscription.id,
    machines: [grantedOf(attacker), grantedOf(victim)],
  };
  const own = generateKeyPairSync('ed25519').privateKey.toCryptoKey('Ed25519', true, ['sign']);
  if (what === 'unsigned machine') {
    const backing = await world.locked?.forgedBacking();
    const backed = backing === undefined ? claims : { ...claims, backing };
    return { claims: backed, text: await signGrant(backed, world.grantKey.privateKey) };
  }
  return { claims, text: await signGrant(claims, what === 'expired grant' ? world.grantKey.privateKey : own) };
}

function tunnelOf(
  world: World,
  attacker: SimulatedMachine,
  victim: SimulatedMachine,
  connection: SimulatedConnection,
): Tunnel {
  const tunnel: Tunnel = new Tunnel({
    self: attacker.id,
    subscription: attacker.activation.self.subscription.id,
    staticKey: attacker.identity.identity.tunnelPrivateKey,
    random: world.random.bytes,
    monotonic: () => world.time.now,
    memory: new FrameMemory(),
    output: {
      sendFrame: (_peer, frame) => {
        connection.machine.send(Uint8Array.from(frame), frame.length);
        return true;
      },
      deliver: () => {},
      needGrant: () => {},
      verifyGrant: (handshake) => tunnel.grantRejected(handshake, world.time.now),
      peerChanged: () => {},
      probeReply: () => {},
    },
  });
  connection.machine.onMessage = (message) => {
    if (!(message instanceof Uint8Array) || message.length <= FRAME_HEADER_BYTES) return;
    const from = Buffer.from(message.subarray(PEER_AT, FRAME_HEADER_BYTES)).toString('hex');
    if (from === victim.id) tunnel.incoming(victim.id, message.subarray(FRAME_HEADER_BYTES), world.time.now);
  };
  return tunnel;
}

/** Frames that are nothing, faster than the victim's line takes them. */
function flood(connection: SimulatedConnection, victim: SimulatedMachine): void {
  const payload = new Uint8Array(LIMITS.RELAY_FRAME_MAX_BYTES.value - FRAME_HEADER_BYTES);
  const frame = encodeFrame({ type: 'data', peer: victim.id, payload });
  for (let sent = 0; sent < FLOOD_BYTES; sent += frame.length) connection.machine.send(frame, 1);
}

function grantedOf({ activation: { self }, identity }: SimulatedMachine): GrantedMachine {
  const { id, name, ipv4, ipv6 } = self;
  return { id, key: identity.identity.tunnelKey, name: label.parse(name), ipv4, ipv6 };
}
