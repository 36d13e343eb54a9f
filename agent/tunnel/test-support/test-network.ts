/**
 * Test support: machines with real tunnels and really signed grants, joined by an in-memory relay on a fake
 * clock. Nothing happens except in `advance`, and there always in the same order.
 */
import { createHash } from 'node:crypto';
import { type CryptoKey, generateKeyPair } from 'jose';
import { fromHex, toBase64url } from '#protocol/encoding.ts';
import { FRAME_HEADER_BYTES } from '#protocol/frames.ts';
import { type GrantClaims, type GrantedMachine, signGrant, verifyGrant } from '#protocol/grants.ts';
import { type MachineId, machineId, subscriptionId, tunnelPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { label } from '#protocol/names.ts';
import { type DataCipher, OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { checkedMemory } from '#runtime/checked-memory.fixture.ts';
import { DhKeyPair } from '../noise/dh.ts';
import type { PeerView } from '../peer.ts';
import { Tunnel } from '../tunnel.ts';

export const START = Date.UTC(2030, 0, 1);
export const SUBSCRIPTION = subscriptionId.parse('5'.repeat(32));

/** A frame on its way from one machine to another. */
export interface FrameInFlight {
  readonly from: TestMachine;
  readonly to: TestMachine;
  /** The tunnel message, without the relay's frame header. */
  readonly message: Uint8Array;
}

export interface GrantTerms {
  readonly lifetimeS?: number;
  /** Seconds by which it was issued earlier than now. */
  readonly ageS?: number;
  /** Signs instead of the control plane's key. */
  readonly key?: CryptoKey;
  readonly change?: (claims: GrantClaims) => GrantClaims;
}

export class TestNetwork implements Disposable {
  now = START;
  delayMs = 20;
  readonly machines: readonly TestMachine[];
  /** What the control plane answers when asked for a grant. */
  controlPlane: 'grants' | 'refuses' | 'is silent' = 'grants';
  grantTerms: GrantTerms = {};
  /** Sees every frame; returns what arrives instead of it. */
  relay: (frame: FrameInFlight) => readonly Uint8Array[] = ({ message }) => [message];
  /** Every message that was sent, in order. */
  readonly sent: FrameInFlight[] = [];
  readonly #grantKeys: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
  readonly #inFlight: (FrameInFlight & { readonly at: number })[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #grants = 0;

  /** Machines with ascending ids, so that the first has the lowest. */
  static async create(count = 2, ciphers: readonly (readonly DataCipher[])[] = []): Promise<TestNetwork> {
    return new TestNetwork(await generateKeyPair('EdDSA', { extractable: false }), count, ciphers);
  }

  private constructor(
    keys: { publicKey: CryptoKey; privateKey: CryptoKey },
    count: number,
    ciphers: readonly (readonly DataCipher[])[],
  ) {
    this.#grantKeys = keys;
    this.machines = Array.from({ length: count }, (_, place) => new TestMachine(this, place + 1, ciphers[place]));
  }

  /** The first two machines. */
  get pair(): [TestMachine, TestMachine] {
    const [a, b] = this.machines;
    if (a === undefined || b === undefined) throw new Error('the network has fewer than two machines');
    return [a, b];
  }

  /** Lets that much time pass, and with it all deliveries, timers and signature checks. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (let steps = 0; ; steps++) {
      while (this.#underWay.size > 0) await Promise.all(this.#underWay);
      const next = Math.min(this.#inFlight[0]?.at ?? Infinity, ...this.machines.map((machine) => machine.deadline));
      if (next > end) break;
      if (next > this.now) steps = 0;
      if (steps > 100_000) throw new Error('time stands still: a timer is always due');
      this.now = Math.max(this.now, next);
      this.#deliverDue();
      for (const machine of this.machines) machine.tunnel.tick(this.now);
    }
    this.now = end;
  }

  async grantFor(a: TestMachine, b: TestMachine, terms: GrantTerms = this.grantTerms) {
    const iat = Math.floor(this.now / 1_000) - (terms.ageS ?? 0);
    const claims: GrantClaims = {
      jti: `grant-${++this.#grants}`,
      iat,
      exp: iat + (terms.lifetimeS ?? LIMITS.GRANT_LIFETIME_S.value),
      subscription: SUBSCRIPTION,
      machines: [a.granted, b.granted],
    };
    const changed = terms.change?.(claims) ?? claims;
    return { claims: changed, text: await signGrant(changed, terms.key ?? this.#grantKeys.privateKey) };
  }

  /** Gives `a` a grant for `b` without being asked. */
  async grant(a: TestMachine, b: TestMachine, terms?: GrantTerms): Promise<void> {
    const { text, claims } = await this.grantFor(a, b, terms);
    a.tunnel.setGrant(text, claims, this.now);
  }

  /** Takes a relay frame from a machine's tunnel. May be replaced, to go another way than through `advance`. */
  transmit = (from: TestMachine, peer: MachineId, frame: Uint8Array): void => {
    const to = this.machines.find((machine) => machine.id === peer);
    if (to === undefined) return;
    const message = frame.subarray(FRAME_HEADER_BYTES);
    this.sent.push({ from, to, message });
    for (const arriving of this.relay({ from, to, message })) {
      this.#inFlight.push({ from, to, message: arriving, at: this.now + this.delayMs });
    }
    this.#inFlight.sort((one, other) => one.at - other.at);
  };

  /** For TestMachine. */
  askedForGrant(by: TestMachine, peer: MachineId): void {
    const other = this.machines.find((machine) => machine.id === peer);
    if (this.controlPlane === 'is silent') return;
    if (this.controlPlane === 'refuses' || other === undefined)
      this.#await(async () => by.tunnel.refuseGrant(peer, this.now));
    else this.#await(() => this.grant(by, other));
  }

  /** For TestMachine. */
  verify(by: TestMachine, handshake: number, grant: string): void {
    this.#await(() =>
      verifyGrant(grant, this.#grantKeys.publicKey, this.now).then(
        (claims) => {
          by.tunnel.grantVerified(handshake, claims, this.now);
        },
        (error: unknown) => {
          by.refusals.push(error);
          by.tunnel.grantRejected(handshake, this.now);
        },
      ),
    );
  }

  [Symbol.dispose](): void {
    for (const machine of this.machines) machine.tunnel[Symbol.dispose]();
  }

  #deliverDue(): void {
    while ((this.#inFlight[0]?.at ?? Infinity) <= this.now) {
      const frame = this.#inFlight.shift();
      frame?.to.tunnel.incoming(frame.from.id, frame.message, this.now);
    }
  }

  #await(work: () => Promise<void>): void {
    const underWay: Promise<void> = work().finally(() => {
      this.#underWay.delete(underWay);
    });
    this.#underWay.add(underWay);
  }
}

export class TestMachine {
  readonly id: MachineId;
  readonly granted: GrantedMachine;
  readonly privateKey: Uint8Array;
  tunnel: Tunnel;
  /** Frames until the link says that it is full; `linkDrained` tells the tunnel that it is not. */
  linkTakes = Number.POSITIVE_INFINITY;
  /** Copies of the adapter packets that arrived. */
  readonly delivered: Uint8Array[] = [];
  /** Peers asked about, a question each. */
  readonly questions: MachineId[] = [];
  /** States reported, in order, as `state`. */
  readonly changes: string[] = [];
  readonly probeReplies: Uint8Array[] = [];
  /** Grants of peers that were to be verified. */
  readonly verified: string[] = [];
  /** Errors of verifyGrant. */
  readonly refusals: unknown[] = [];
  readonly #network: TestNetwork;
  readonly #ciphers: readonly DataCipher[] | undefined;

  constructor(network: TestNetwork, number: number, ciphers: readonly DataCipher[] | undefined) {
    this.#network = network;
    this.#ciphers = ciphers;
    this.id = machineId.parse(number.toString(16).padStart(32, '0'));
    this.privateKey = repeatableRandom(`key ${number}`)(32);
    this.granted = {
      id: this.id,
      key: tunnelPublicKey.parse(toBase64url(new DhKeyPair(this.privateKey).publicKey)),
      name: label.parse(`machine-${number}`),
      ipv4: `100.64.1.${number}`,
      ipv6: `fd00::${number}`,
    };
    this.tunnel = this.#start('1');
  }

  get deadline(): number {
    return this.tunnel.nextDeadline() ?? Number.POSITIVE_INFINITY;
  }

  /** The agent's process ends and begins anew: all sessions, grants and counters are gone. */
  restart(): void {
    this.tunnel[Symbol.dispose]();
    this.tunnel = this.#start('2');
  }

  /** Sends one packet with this payload. */
  send(to: TestMachine, payload: string | Uint8Array, offloadHeader?: Uint8Array): void {
    this.tunnel.outgoing(to.id, [adapterPacket(this, to, payload, offloadHeader)], this.#network.now);
  }

  view(peer: TestMachine): PeerView {
    const view = this.tunnel.peer(peer.id);
    if (view === undefined) throw new Error('no such peer');
    return view;
  }

  /** Payloads of the packets that arrived, as text. */
  get payloads(): string[] {
    return this.delivered.map((packet) => Buffer.from(packet.subarray(OFFLOAD_HEADER_BYTES + 20)).toString());
  }

  /** Keeps copies; may be replaced where that would be too slow. */
  received = (packets: readonly Uint8Array[]): void => {
    this.delivered.push(...packets.map((packet) => new Uint8Array(packet)));
  };

  #start(life: string): Tunnel {
    const memory = checkedMemory();
    return new Tunnel({
      self: this.id,
      subscription: SUBSCRIPTION,
      staticKey: this.privateKey,
      random: repeatableRandom(`machine ${this.id}, life ${life}`),
      monotonic: () => this.#network.now,
      memory,
      ...(this.#ciphers === undefined ? {} : { ciphers: this.#ciphers }),
      output: {
        sendFrame: (peer, frame) => {
          this.#network.transmit(this, peer, new Uint8Array(frame));
          // As the link does once the frame is the kernel's.
          if (memory.owns(frame)) memory.give(frame);
          this.linkTakes--;
          return this.linkTakes > 0;
        },
        deliver: (_peer, packets) => this.received(packets),
        needGrant: (peer) => {
          this.questions.push(peer);
          this.#network.askedForGrant(this, peer);
        },
        verifyGrant: (handshake, grant) => {
          this.verified.push(grant);
          this.#network.verify(this, handshake, grant);
        },
        peerChanged: (peer) => this.changes.push(this.tunnel.peer(peer)?.state ?? ''),
        probeReply: (_peer, probe) => this.probeReplies.push(probe),
      },
    });
  }
}

/** An IPv4 packet between two machines behind its offload header. Checksums are zero: the tunnel does not look. */
export function adapterPacket(
  from: TestMachine,
  to: TestMachine,
  payload: string | Uint8Array,
  offloadHeader: Uint8Array = new Uint8Array(OFFLOAD_HEADER_BYTES),
): Uint8Array {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const header = Buffer.from(fromHex('4500000000000000401100000000000000000000'));
  header.writeUInt16BE(Math.min(header.length + body.length, 0xffff), 2);
  header.set(from.granted.ipv4.split('.').map(Number), 12);
  header.set(to.granted.ipv4.split('.').map(Number), 16);
  return Uint8Array.from(Buffer.concat([offloadHeader, header, body]));
}

/** The same bytes in every run. */
export function repeatableRandom(seed: string): (bytes: number) => Uint8Array {
  let calls = 0;
  return (bytes) =>
    Uint8Array.from(createHash('shake256', { outputLength: bytes }).update(`${seed} ${calls++}`).digest());
}
