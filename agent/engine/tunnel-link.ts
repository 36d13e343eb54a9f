/**
 * Joins the sans-IO tunnel to the world: frames to and from the relay, packets to and from the adapter,
 * grants from the directory, one timer for all of its deadlines. Decides nothing that the tunnel or the
 * directory could decide.
 */
import { randomBytes } from 'node:crypto';
import type { Adapter, AdapterPacket } from '#native/adapter.ts';
import { addressKey } from '#native/packets.ts';
import { ipv6Prefix, isIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { equalBytes } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { GoneReason } from '#protocol/frames.ts';
import type { GrantClaims, GrantedMachine } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { PROBE_BYTES } from '#protocol/tunnel-messages.ts';
import type { RoomyMessage } from '#protocol/websocket.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import type { Identity } from '../state/identity.ts';
import { suitableCiphers } from '../tunnel/cipher.ts';
import { Tunnel } from '../tunnel/tunnel.ts';
import type { TunnelOutput } from '../tunnel/tunnel-context.ts';
import { PacketRouter } from './packet-router.ts';
import type { KnownPeer, PeerDirectory } from './peer-directory.ts';
import { yieldingEvery } from './yielding.ts';

export interface TunnelLinkOptions {
  readonly self: SelfFacts;
  readonly identity: Identity;
  readonly directory: PeerDirectory;
  /** The flags line of /proc/cpuinfo, where there is one: AES in hardware or not. */
  readonly cpuFlags?: string | undefined;
  /** Milliseconds of the Unix epoch, server's clock. */
  readonly now: () => number;
  /** Where frames are made; the relay client gives them back. */
  readonly memory: FrameMemory;
  /** @returns false when the relay's socket is over its mark. */
  readonly sendFrame: (frame: RoomyMessage) => boolean;
  /** Signature and expiry of a grant that a peer brought along. */
  readonly verifyGrant: (grant: string) => Promise<GrantClaims>;
  readonly onAdapterFailure: (error: Error) => void;
  /** For what happens seldom: a port scan on this machine must not fill its log. */
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

interface Probe {
  readonly peer: MachineId;
  readonly sentAt: number;
  readonly resolve: (roundTripMs: number) => void;
}

/** How soon a probe is tried again that found no session yet: a handshake takes a round trip or two. */
const SESSION_AGAIN_MS = 10;
/** How soon an unanswered probe is sent again: a lost one must not cost the whole time-out. */
const PROBE_AGAIN_MS = 200;

export class TunnelLink implements Disposable {
  readonly router: PacketRouter;
  readonly #options: TunnelLinkOptions;
  readonly #tunnel: Tunnel;
  readonly #probes = new Map<string, Probe>();
  readonly #roundTrips = new Map<MachineId, number>();
  #adapter: Adapter | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #latest = 0;
  #stopped = false;

  constructor(options: TunnelLinkOptions) {
    this.#options = options;
    this.#tunnel = new Tunnel({
      self: options.self.id,
      staticKey: options.identity.tunnelPrivateKey,
      subscription: options.self.subscription.id,
      ciphers: suitableCiphers(process.arch, options.cpuFlags),
      random: randomBytes,
      monotonic: () => performance.now(),
      memory: options.memory,
      output: this.#output(),
    });
    this.router = new PacketRouter({
      now: () => performance.now(),
      send: (peer, packets) => this.#outgoing(peer, packets),
      find: async (address) => (await options.directory.byAddress(address)).machine.id,
      reply: (packet) => void this.#adapter?.write(packet),
      isOverlay: isMachineAddress(options.self),
      onFailure: options.onAdapterFailure,
    });
  }

  /** Carries packets of this adapter from now on; `undefined` after it was removed. */
  attach(adapter: Adapter | undefined): void {
    this.#adapter = adapter;
    adapter?.start(this.router);
  }

  /** A tunnel message came from a peer. */
  incoming(peer: MachineId, message: Uint8Array): void {
    this.#tunnel.incoming(peer, message, this.#now());
    this.#schedule();
  }

  peerGone(peer: MachineId, reason: GoneReason): void {
    this.#tunnel.peerGone(peer, reason, this.#now());
    this.#schedule();
  }

  /** The relay connection is a new one. */
  reconnected(): void {
    this.#tunnel.reconnected(this.#now());
    this.#schedule();
  }

  /** The relay's socket took what it held. */
  readonly drained = yieldingEvery(LIMITS.LINK_DRAINS_PER_TURN.value, () => {
    this.#tunnel.linkDrained(this.#now());
    this.#schedule();
  });

  /** Takes in a grant; called by the directory for every new one. */
  granted({ machine, grant, claims }: KnownPeer): void {
    this.#tunnel.setGrant(grant, claims, this.#now());
    this.router.add(machine.id, keysOf(machine));
    this.#schedule();
  }

  /** The directory knows this machine no longer; called by it. */
  forgotten(machine: GrantedMachine): void {
    this.router.remove(keysOf(machine));
    this.#roundTrips.delete(machine.id);
  }

  /** The server told its time anew: what was due by the old one may be due now. */
  clockLearnt(): void {
    clearTimeout(this.#timer);
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#tunnel.tick(this.#now());
    this.#schedule();
  }

  /** Policy forbids this peer from now on: nothing more in either direction. */
  revoke(peer: MachineId): void {
    this.#options.directory.forget(peer);
    this.#tunnel.revoke(peer, this.#now());
    this.#schedule();
  }

  peers(): ReturnType<Tunnel['peers']> {
    return this.#tunnel.peers();
  }

  /** What waits for the peers' windows and for the relay's socket, each packet charged with its overhead. */
  get queuedBytes(): number {
    return this.#tunnel.queuedBytes;
  }

  /** The last measured round trip, milliseconds. */
  roundTripMs(peer: MachineId): number | null {
    return this.#roundTrips.get(peer) ?? null;
  }

  /**
   * Round trip to a granted peer inside the tunnel, opening a session if there is none.
   * @returns milliseconds
   * @throws CausewayError PEER_UNREACHABLE when the time is over
   */
  async ping(machine: GrantedMachine, timeoutMs: number): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const sent: string[] = [];
    let again: NodeJS.Timeout | undefined;
    const send = () => {
      const probe = randomBytes(PROBE_BYTES);
      const key = probe.toString('latin1');
      this.#probes.set(key, { peer: machine.id, sentAt: performance.now(), resolve });
      sent.push(key);
      const hasSession = this.#tunnel.probe(machine.id, probe, this.#now());
      again = setTimeout(send, hasSession ? PROBE_AGAIN_MS : SESSION_AGAIN_MS);
      this.#schedule();
    };
    send();
    let timeout: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_, reject) => {
      timeout = setTimeout(() => {
        const cause = `no answer within ${timeoutMs / 1000} seconds`;
        reject(new CausewayError('PEER_UNREACHABLE', { name: machine.name, cause }));
      }, timeoutMs);
    });
    try {
      return await Promise.race([promise, expired]);
    } finally {
      clearTimeout(again);
      clearTimeout(timeout);
      for (const key of sent) this.#probes.delete(key);
    }
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#adapter = undefined;
    this.#tunnel[Symbol.dispose]();
  }

  #output(): TunnelOutput {
    const { directory, log } = this.#options;
    return {
      sendFrame: (_peer, frame) => this.#options.sendFrame(frame),
      deliver: (_peer, packets) => {
        const adapter = this.#adapter;
        if (adapter !== undefined) for (const packet of packets) adapter.write(packet);
      },
      needGrant: (peer) => {
        directory.renew(peer).catch((error: unknown) => {
          log('no grant', { peer, error: String(error) });
          this.#tunnel.refuseGrant(peer, this.#now());
          this.#schedule();
        });
      },
      verifyGrant: (handshake, grant) => void this.#verify(handshake, grant),
      peerChanged: () => undefined,
      probeReply: (peer, bytes) => {
        const key = Buffer.from(bytes).toString('latin1');
        const probe = this.#probes.get(key);
        if (probe === undefined || probe.peer !== peer) return;
        this.#probes.delete(key);
        const roundTripMs = performance.now() - probe.sentAt;
        this.#roundTrips.set(peer, roundTripMs);
        probe.resolve(roundTripMs);
      },
    };
  }

  #outgoing(peer: MachineId, packets: readonly AdapterPacket[]): void {
    this.#tunnel.outgoing(peer, packets, this.#now());
    this.#schedule();
  }

  async #verify(handshake: number, grant: string): Promise<void> {
    try {
      const claims = await this.#options.verifyGrant(grant);
      const fits = this.#tunnel.grantVerified(handshake, claims, this.#now());
      if (fits) this.#options.directory.learn(grant, claims);
    } catch (error) {
      this.#options.log('handshake refused', { error: String(error) });
      this.#tunnel.grantRejected(handshake, this.#now());
    }
    this.#schedule();
  }

  /** The server's time, but never less than before: a new challenge may set it back a little. */
  #now(): number {
    this.#latest = Math.max(this.#latest, this.#options.now());
    return this.#latest;
  }

  /** Re-arms the timer only when the next deadline came nearer; a timer that fires early costs one look. */
  #schedule(): void {
    const next = this.#tunnel.nextDeadline();
    if (this.#stopped || next === undefined || next >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = next;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#tunnel.tick(this.#now());
        this.#schedule();
      },
      Math.max(0, next - this.#now()),
    );
  }
}

function keysOf(machine: GrantedMachine) {
  return [addressKey(machine.ipv4), addressKey(machine.ipv6)];
}

/** Inside the overlay's ranges and not this machine itself. */
function isMachineAddress(self: SelfFacts): (address: string) => boolean {
  const prefix = ipv6Prefix(self.subscription.id);
  return (address) => {
    if (address === self.ipv4 || address === self.ipv6) return false;
    if (isIpv6(address)) return equalBytes(parseIpv6(address).subarray(0, prefix.length), prefix);
    const [a, b] = parseIpv4(address);
    return a === 100 && b !== undefined && b >= 64 && b < 128;
  };
}
