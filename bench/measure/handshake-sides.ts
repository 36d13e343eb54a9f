/**
 * Sessions between tunnels in this process, made as the agent makes them: grants signed and verified by
 * jose, random bytes from the system. Many machines knock at one. Every step is done for all of them before
 * the next begins, so that the processor time of the two sides can be told apart.
 */
import { randomBytes } from 'node:crypto';
import { type CryptoKey, generateKeyPair } from 'jose';
import { DhKeyPair } from '#agent/tunnel/noise/dh.ts';
import { Tunnel } from '#agent/tunnel/tunnel.ts';
import type { TunnelOutput } from '#agent/tunnel/tunnel-context.ts';
import { parseIpv4 } from '#protocol/addresses.ts';
import { toBase64url } from '#protocol/encoding.ts';
import { FRAME_HEADER_BYTES } from '#protocol/frames.ts';
import { type GrantClaims, type GrantedMachine, signGrant, verifyGrant } from '#protocol/grants.ts';
import { machineId, subscriptionId, tunnelPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { label } from '#protocol/names.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { measureCpu } from './cpu.ts';

/** CPU-seconds of each side for so many sessions. */
export interface SidesCost {
  readonly sessions: number;
  readonly initiators: number;
  /** With the verification of every grant. */
  readonly responder: number;
  /** Of the responder's, what the verification costs: signature, expiry and shape. */
  readonly verification: number;
}

const SUBSCRIPTION = subscriptionId.parse('5'.repeat(32));
/** Machines that knock in one batch: enough that the clock's reading costs nothing, within what may be half open. */
const BATCH = 64;

interface Machine {
  readonly granted: GrantedMachine;
  readonly privateKey: Uint8Array;
}

export class HandshakeSides {
  readonly #grantKeys: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
  readonly #server = machine(0);
  readonly #clients = Array.from({ length: BATCH }, (_, index) => machine(index + 1));
  /** Messages to the responder and from it, and grants that it wants to have verified. */
  readonly #toServer: { readonly from: Machine; readonly message: Uint8Array }[] = [];
  readonly #toClients = new Map<string, Uint8Array>();
  readonly #toVerify: { readonly handshake: number; readonly grant: string }[] = [];
  #delivered = 0;
  #now = Date.now();

  static async create(): Promise<HandshakeSides> {
    return new HandshakeSides(await generateKeyPair('EdDSA'));
  }

  private constructor(grantKeys: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey }) {
    this.#grantKeys = grantKeys;
  }

  /**
   * Makes sessions for so long. A session counts when its first packet has come out at the other end.
   * @throws Error when one does not come about
   */
  async run(forMs: number): Promise<SidesCost> {
    const sum = { sessions: 0, initiators: 0, responder: 0, verification: 0 };
    using responder = this.#responder();
    for (const end = performance.now() + forMs; performance.now() < end; ) {
      // The responder takes one handshake of a machine in HANDSHAKE_ACCEPT_EVERY_MS.
      this.#now += 10 * LIMITS.HANDSHAKE_ACCEPT_EVERY_MS.value;
      const { initiators, cost } = await this.#batch(responder);
      for (const tunnel of initiators.values()) tunnel[Symbol.dispose]();
      sum.sessions += this.#delivered;
      sum.initiators += cost.initiators;
      sum.responder += cost.responder;
      sum.verification += cost.verification;
    }
    return sum;
  }

  async #batch(responder: Tunnel) {
    this.#delivered = 0;
    const initiators = new Map<Machine, Tunnel>();
    for (const client of this.#clients) initiators.set(client, await this.#initiator(client));
    const now = this.#now;
    const begin = await measureCpu(() => {
      for (const [client, tunnel] of initiators) {
        tunnel.outgoing(this.#server.granted.id, [packetBetween(client, this.#server)], now);
      }
    });
    const read = await measureCpu(() => this.#deliverToServer(responder));
    const verdicts: { readonly handshake: number; readonly claims: GrantClaims }[] = [];
    const verification = await measureCpu(async () => {
      for (const { handshake, grant } of this.#toVerify.splice(0)) {
        verdicts.push({ handshake, claims: await verifyGrant(grant, this.#grantKeys.publicKey, now) });
      }
    });
    const answer = await measureCpu(() => {
      for (const { handshake, claims } of verdicts) responder.grantVerified(handshake, claims, now);
    });
    const finish = await measureCpu(() => {
      for (const [client, tunnel] of initiators) {
        const message = this.#toClients.get(client.granted.id);
        if (message !== undefined) tunnel.incoming(this.#server.granted.id, message, now);
      }
    });
    const first = await measureCpu(() => this.#deliverToServer(responder));
    this.#toClients.clear();
    if (this.#delivered !== BATCH) throw new Error(`${this.#delivered} of ${BATCH} sessions came about`);
    const cost = { initiators: begin + finish, responder: read + verification + answer + first, verification };
    return { initiators, cost };
  }

  #deliverToServer(responder: Tunnel): void {
    for (const { from, message } of this.#toServer.splice(0)) {
      responder.incoming(from.granted.id, message, this.#now);
    }
  }

  async #initiator(client: Machine): Promise<Tunnel> {
    const tunnel = tunnelOf(client, {
      sendFrame: (_peer, frame) =>
        this.#toServer.push({ from: client, message: frame.subarray(FRAME_HEADER_BYTES) }) > 0,
    });
    const issuedAt = Math.floor(this.#now / 1_000);
    const claims: GrantClaims = {
      jti: toBase64url(randomBytes(16)),
      iat: issuedAt,
      exp: issuedAt + LIMITS.GRANT_LIFETIME_S.value,
      subscription: SUBSCRIPTION,
      machines: [client.granted, this.#server.granted],
    };
    tunnel.setGrant(await signGrant(claims, this.#grantKeys.privateKey), claims, this.#now);
    return tunnel;
  }

  #responder(): Tunnel {
    return tunnelOf(this.#server, {
      sendFrame: (peer, frame) => this.#toClients.set(peer, frame.subarray(FRAME_HEADER_BYTES)) === this.#toClients,
      verifyGrant: (handshake, grant) => this.#toVerify.push({ handshake, grant }),
      deliver: (_peer, packets) => {
        this.#delivered += packets.length;
      },
    });
  }
}

function tunnelOf({ granted, privateKey }: Machine, output: Partial<TunnelOutput>): Tunnel {
  const nothing = () => undefined;
  return new Tunnel({
    self: granted.id,
    subscription: SUBSCRIPTION,
    staticKey: privateKey,
    random: randomBytes,
    monotonic: () => performance.now(),
    memory: new FrameMemory(),
    output: {
      sendFrame: () => true,
      deliver: nothing,
      needGrant: nothing,
      verifyGrant: nothing,
      peerChanged: nothing,
      probeReply: nothing,
      ...output,
    },
  });
}

function machine(number: number): Machine {
  const privateKey = randomBytes(32);
  return {
    privateKey,
    granted: {
      id: machineId.parse((number + 1).toString(16).padStart(32, '0')),
      key: tunnelPublicKey.parse(toBase64url(new DhKeyPair(privateKey).publicKey)),
      name: label.parse(`machine-${number}`),
      ipv4: `100.64.1.${number + 1}`,
      ipv6: `fd00::${(number + 1).toString(16)}`,
    },
  };
}

/** An IPv4 packet with nothing in it, behind its offload header. The tunnel looks at the addresses only. */
function packetBetween(from: Machine, to: Machine): Uint8Array {
  const packet = new Uint8Array(OFFLOAD_HEADER_BYTES + 20);
  const ip = packet.subarray(OFFLOAD_HEADER_BYTES);
  ip.set([0x45, 0, 0, ip.length]);
  ip.set(parseIpv4(from.granted.ipv4), 12);
  ip.set(parseIpv4(to.granted.ipv4), 16);
  return packet;
}
