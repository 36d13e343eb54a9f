/**
 * What must hold whatever happens. Every packet that a program sends is known here by its number, and every
 * one that arrives is held against what was sent and against the policy as it was acknowledged.
 */
import { readIndex } from '#agent/tunnel/handshake-messages.ts';
import { buildUdp } from '#native/packet-builders.ts';
import { FRAME_HEADER_BYTES, PEER_AT } from '#protocol/frames.ts';
import {
  COUNTER_BYTES,
  DATA_OVERHEAD_BYTES,
  INDEX_BYTES,
  OFFLOAD_HEADER_BYTES,
  TUNNEL_MESSAGE,
} from '#protocol/tunnel-messages.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

/** Begins the payload of every packet: it must be seen nowhere but on the machines. */
const PLAINTEXT = Buffer.from('this is what nobody but the two may read');
const NUMBER_AT = PLAINTEXT.length;
const PAYLOAD_MIN_BYTES = NUMBER_AT + 4;
/** How long after a change was acknowledged, and could reach a machine, a packet may still arrive. */
const REVOKED_WITHIN_MS = 1_000;
/** The low half of a DATA message's counter. */
const COUNTER_AT = 1 + INDEX_BYTES + COUNTER_BYTES / 2;
const UDP = 17;
const UDP_HEADER_BYTES = 8;
const PORTS = { fromPort: 4_000, toPort: 4_001 } as const;

/** An invariant does not hold: the run ends. */
export class Violation extends Error {}

/** Since when two may not talk, by what an administrator was told; undefined while they may. */
type DeniedSince = (from: SimulatedMachine, to: SimulatedMachine) => number | undefined;

interface Sent {
  readonly from: SimulatedMachine;
  readonly to: SimulatedMachine;
  readonly at: number;
  /** When it was sent, the sender had been in reach of the control plane since then. */
  readonly reachableSince: number | undefined;
  readonly bytes: number;
  /** Why it must not arrive at all. */
  readonly forbidden: string | undefined;
  delivered: boolean;
}

export class Invariants {
  delivered = 0;
  sent = 0;
  /** Attempts of hostile machines. */
  attacks = 0;
  readonly #deniedSince: DeniedSince;
  readonly #now: () => number;
  readonly #packets = new Map<number, Sent>();
  /** The last counter that a machine used with a key, by machine, peer and index. */
  readonly #counters = new Map<string, number>();
  #number = 0;

  constructor(deniedSince: DeniedSince, now: () => number) {
    this.#deniedSince = deniedSince;
    this.#now = now;
  }

  /**
   * An IP packet from one machine to another, to be sent now.
   * @param forged why it must not arrive, and the address that it claims to come from
   */
  packet(
    from: SimulatedMachine,
    to: SimulatedMachine,
    bytes: number,
    forged?: { readonly forbidden: string; readonly source?: string },
  ): Uint8Array {
    const number = ++this.#number;
    const size = Math.max(PAYLOAD_MIN_BYTES, bytes);
    const { id: _, reachableSince } = from;
    const forbidden = forged?.forbidden;
    this.#packets.set(number, { from, to, at: this.#now(), reachableSince, bytes: size, forbidden, delivered: false });
    if (forged === undefined) this.sent++;
    else this.attacks++;
    const family = number % 3 === 0 ? 'ipv6' : 'ipv4';
    const ends = { from: forged?.source ?? from.addresses[family], to: to.addresses[family] };
    return buildUdp({ ...ends, ...PORTS }, payloadOf(number, size));
  }

  /** The number of the packet made last. */
  get lastNumber(): number {
    return this.#number;
  }

  wasDelivered(number: number): boolean {
    return this.#packets.get(number)?.delivered ?? false;
  }

  /** An adapter wrote a packet. @throws Violation @returns what it was, for the trace */
  arrived(machine: SimulatedMachine, packet: Uint8Array): string {
    const payload = udpPayloadOf(packet.subarray(OFFLOAD_HEADER_BYTES));
    if (payload === undefined) return `${machine.name} is told that it is prohibited`;
    const number = new DataView(payload.buffer, payload.byteOffset).getUint32(NUMBER_AT);
    const sent = this.#packets.get(number);
    if (sent === undefined) throw new Violation(`${machine.name} was delivered a packet that nobody has sent`);
    const what = `packet ${number} from ${sent.from.name} to ${sent.to.name}`;
    if (sent.delivered) throw new Violation(`${what} was delivered a second time`);
    sent.delivered = true;
    this.delivered++;
    if (sent.to !== machine) throw new Violation(`${what} was delivered to ${machine.name}`);
    if (sent.forbidden !== undefined) throw new Violation(`${what} was delivered: ${sent.forbidden}`);
    if (!payloadOf(number, sent.bytes).equals(payload)) throw new Violation(`${what} was changed on the way`);
    this.#requireAllowed(sent, machine, what);
    return `${what} arrives`;
  }

  /** A frame that a machine sends: besides, no counter of a session is used twice. @throws Violation */
  onSent(machine: SimulatedMachine, frame: Uint8Array): void {
    this.onWire(frame);
    const message = frame.subarray(FRAME_HEADER_BYTES);
    if (message[0] !== TUNNEL_MESSAGE.DATA || message.length < DATA_OVERHEAD_BYTES) return;
    const peer = Buffer.from(frame.subarray(PEER_AT, FRAME_HEADER_BYTES)).toString('latin1');
    const session = `${machine.name} ${peer} ${readIndex(message, 1)}`;
    const counter = readIndex(message, COUNTER_AT);
    if (counter <= (this.#counters.get(session) ?? -1)) throw new Violation(`${machine.name} used a nonce twice`);
    this.#counters.set(session, counter);
  }

  /** A frame between a machine and the relay. @throws Violation */
  onWire(bytes: Uint8Array): void {
    if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(PLAINTEXT)) {
      throw new Violation('the relay sees plaintext');
    }
  }

  /**
   * A change is obeyed within a second of the moment at which it could be known: by the receiver, whatever
   * arrives; by the sender, whatever it sent after that. One that can not be told can not obey, and what it
   * sent may have been under way for as long as the line was held.
   */
  #requireAllowed({ from, at, reachableSince }: Sent, to: SimulatedMachine, what: string): void {
    const since = this.#deniedSince(from, to);
    if (since === undefined) return;
    const late = (moment: number, knows: number | undefined) =>
      knows !== undefined && moment - Math.max(since, knows) > REVOKED_WITHIN_MS;
    const ago = `${((this.#now() - since) / 1_000).toFixed(3)} s after the policy denied it`;
    if (late(this.#now(), to.reachableSince))
      throw new Violation(`${what} was delivered ${ago}; ${to.name} was in reach`);
    if (late(at, reachableSince)) {
      throw new Violation(`${what} was delivered ${ago}; ${from.name} was in reach when it sent it`);
    }
  }
}

function payloadOf(number: number, bytes: number): Buffer {
  const payload = Buffer.alloc(bytes, number & 0xff);
  PLAINTEXT.copy(payload);
  payload.writeUInt32BE(number, NUMBER_AT);
  return payload;
}

/** Undefined for what is not UDP. */
function udpPayloadOf(ip: Uint8Array): Uint8Array | undefined {
  const v6 = (ip[0] ?? 0) >> 4 === 6;
  if (ip[v6 ? 6 : 9] !== UDP) return undefined;
  return ip.subarray((v6 ? 40 : 20) + UDP_HEADER_BYTES);
}
