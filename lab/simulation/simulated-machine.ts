/**
 * A machine of the simulation: the agent's own membership, tunnels and all, on an adapter in memory. Its
 * process can be killed and started again; what it knew of its activation stays, as on a disk.
 */

import { Membership, type MembershipNetwork } from '#agent/engine/membership.ts';
import { StatusBoard } from '#agent/engine/status-board.ts';
import { ServerClock, type TimeSource } from '#agent/server-clock.ts';
import type { Activation } from '#agent/state/activation-file.ts';
import type { Adapter } from '#native/adapter.ts';
import { adapterPacket } from '#native/offload-header.ts';
import type { GrantClaims } from '#protocol/grants.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { MemoryHost } from '../in-process/memory-host.ts';
import type { SimulatedIdentity } from './simulated-identity.ts';
import type { Line, SimulatedConnection } from './simulated-network.ts';

export interface MachineSurroundings {
  readonly number: number;
  readonly identity: SimulatedIdentity;
  readonly activation: Activation;
  readonly network: (machine: SimulatedMachine) => MembershipNetwork;
  /** What its agent would write into its log. */
  readonly log: (line: string) => void;
  readonly onPacket: (machine: SimulatedMachine, packet: Uint8Array) => void;
}

/** A grant that a machine has been given. */
export interface KnownGrant {
  readonly text: string;
  readonly claims: GrantClaims;
}

export class SimulatedMachine {
  readonly number: number;
  readonly line: Line = { held: false, delayMs: [5, 40], bytesPerMs: 12_500 };
  readonly identity: SimulatedIdentity;
  activation: Activation;
  /** Both connections that it has, and older ones that are not over yet. */
  readonly connections = new Set<SimulatedConnection>();
  control: SimulatedConnection | undefined;
  relay: SimulatedConnection | undefined;
  /** DATA frames that the relay delivered, for whoever delivers them again. */
  readonly frames: Uint8Array[] = [];
  /** Every grant that the control plane gave it. */
  readonly grants: KnownGrant[] = [];
  membership: Membership | undefined;
  /** Since when the control plane reaches it without a gap. */
  reachableSince: number | undefined;
  /** When the policy last had it disabled. */
  disabledAt = Number.NEGATIVE_INFINITY;
  /** Wall clock minus the true time. */
  clockOffsetMs = 0;
  host: MemoryHost = new MemoryHost();
  readonly #around: MachineSurroundings;

  constructor(around: MachineSurroundings) {
    this.#around = around;
    this.number = around.number;
    this.identity = around.identity;
    this.activation = around.activation;
  }

  get id() {
    return this.activation.self.id;
  }

  get name(): string {
    return `m${this.number}`;
  }

  get addresses(): { readonly ipv4: string; readonly ipv6: string } {
    return this.activation.self;
  }

  async start(): Promise<void> {
    this.host = new ListeningHost((packet) => this.#around.onPacket(this, packet));
    const board = new StatusBoard();
    board.recorded('activation', 'in the simulation');
    const time: TimeSource = { wall: () => Date.now() + this.clockOffsetMs, monotonic: () => performance.now() };
    this.membership = await Membership.start({
      activation: this.activation,
      identity: this.identity.identity,
      software: { os: 'simulated', agentVersion: '0.0.0' },
      clock: new ServerClock(time),
      time,
      network: this.#around.network(this),
      board,
      host: this.host,
      onSelf: (self) => {
        this.activation = { ...this.activation, self };
      },
      saveGrantKey: async (grantKey) => {
        this.activation = { ...this.activation, grantKey };
      },
      saveLock: async (lock) => {
        this.activation = { ...this.activation, lock };
      },
      status: () => statusOf(board),
      diagnose: () => Promise.resolve([]),
      log: (message, details) => this.#around.log(`${this.name}: ${message} ${JSON.stringify(details)}`),
    });
  }

  /** The process ends, with a word to nobody: its connections are cut first. */
  async kill(): Promise<void> {
    for (const connection of this.connections) connection.cut();
    this.connections.clear();
    this.control = this.relay = undefined;
    const membership = this.membership;
    this.membership = undefined;
    await membership?.[Symbol.asyncDispose]();
  }

  /** A program on it sends IP packets. */
  send(...packets: readonly Uint8Array[]): void {
    this.host.os?.send(...packets.map((ip) => adapterPacket(ip)));
  }

  /** A message of the control plane would arrive. */
  get isReachable(): boolean {
    return this.membership?.control.online === true && this.control?.whole === true;
  }
}

/** Whatever its adapter writes is looked at, from the first packet on. */
class ListeningHost extends MemoryHost {
  readonly #onPacket: (packet: Uint8Array) => void;

  constructor(onPacket: (packet: Uint8Array) => void) {
    super();
    this.#onPacket = onPacket;
  }

  override async openAdapter(): Promise<Adapter> {
    const adapter = await super.openAdapter();
    if (this.os !== undefined) this.os.onReceive = this.#onPacket;
    return adapter;
  }
}

function statusOf(board: StatusBoard): AgentStatus {
  return {
    version: '0.0.0',
    at: Date.now(),
    wanted: 'up',
    summary: 'connected',
    machine: null,
    policyVersion: null,
    policyRefreshedAt: null,
    clockOffsetMs: null,
    parts: board.parts,
    relayRoundTripMs: null,
    peers: [],
  };
}
