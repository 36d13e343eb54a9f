/**
 * A whole Causeway from one seed: a server, machines of two subscriptions, the lines between them, and what
 * an administrator has told the server. Offers what can be done to it; who does what and when is chosen in
 * actions.ts, and what must hold is in invariants.ts.
 */
import { type ServerPin, serverPin } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { parseLabel } from '#protocol/names.ts';
import { policyChange } from '#protocol/rest/changes.ts';
import { createSubscription } from '#relay-server/control/administration/subscriptions.ts';
import { applyChanges } from '#relay-server/control/changes/apply.ts';
import type { GrantKey } from '#relay-server/tls/grant-key.ts';
import type { SeededRandom } from '../population/seeded-random.ts';
import { activateOn } from './activation.ts';
import { Invariants, Violation } from './invariants.ts';
import { Lines } from './lines.ts';
import { LOCKED_SUBSCRIPTION, LockedSubscription } from './locked-subscription.ts';
import { type ModelChange, PolicyModel, policyTextOf } from './policy-model.ts';
import { grantKeyOf, simulatedIdentity } from './simulated-identity.ts';
import { SimulatedMachine } from './simulated-machine.ts';
import { SimulatedServer } from './simulated-server.ts';
import type { SimulatedTime } from './simulated-time.ts';
import { openControlBy, openRelayBy } from './simulated-wires.ts';
import { Trace } from './trace.ts';

const SUBSCRIPTION = 'contoso';
const OTHER_SUBSCRIPTION = 'fabrikam';
const IDENTITY_BYTES = 64;
const KEY_BYTES = 32;
/** A frame of the largest size may go out on top of a full socket. */
const SOCKET_MAX_BYTES = LIMITS.RELAY_SOCKET_HIGH_WATER_BYTES.value + 2 * LIMITS.RELAY_FRAME_MAX_BYTES.value;
/** The message that reached the bound may go out. */
const AGENT_SOCKET_MAX_BYTES = LIMITS.AGENT_SOCKET_MAX_BYTES.value + LIMITS.HANDSHAKE_MESSAGE_MAX_BYTES.value;

export interface WorldPlan {
  readonly computers: number;
  readonly instances: number;
  readonly groups: number;
  /** For a locked subscription beside the others; undefined leaves it out. */
  readonly locked: SeededRandom | undefined;
}

export class World {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly invariants: Invariants;
  readonly lines: Lines;
  readonly grantKey: GrantKey;
  /** Of the subscription whose policy changes. */
  readonly machines: SimulatedMachine[] = [];
  /** Of another subscription. */
  readonly strangers: SimulatedMachine[] = [];
  /** In some worlds. */
  locked: LockedSubscription | undefined;
  server: SimulatedServer | undefined;
  /** As the administrator was told. */
  policy = new PolicyModel();
  /** What went wrong where nobody could be told. */
  broken: unknown;
  readonly #pin: ServerPin;
  readonly #directory: string;
  readonly #dead: (() => Promise<void>)[] = [];
  /** What the policy may be when the server is back; the first is what the administrator was told. */
  #possible: readonly PolicyModel[] = [];
  readonly #underWay: Promise<void>[] = [];
  #life = 0;
  #changing = false;

  /** @param directory an empty one, for the databases */
  constructor(time: SimulatedTime, random: SeededRandom, directory: string) {
    this.time = time;
    this.random = random;
    this.#directory = directory;
    this.trace = new Trace(() => time.now);
    this.invariants = new Invariants(
      (from, to) => (this.mayTalk(from, to) ? undefined : this.policy.deniedSince(from.name, to.name)),
      () => time.now,
    );
    this.lines = new Lines({
      time,
      random,
      server: () => this.server,
      trace: (line) => this.trace.add(line),
      onSent: (machine, frame) => this.#guarded(() => this.invariants.onSent(machine, frame)),
      onPassedOn: (frame) => this.#guarded(() => this.invariants.onWire(frame)),
    });
    this.grantKey = grantKeyOf(random.bytes(KEY_BYTES));
    this.#pin = serverPin.parse(Buffer.from(random.bytes(KEY_BYTES)).toString('base64url'));
  }

  /** Server, subscriptions, groups and machines, all of them up. */
  async build({ computers, instances, groups, locked }: WorldPlan): Promise<void> {
    await this.startServer();
    for (let group = 0; group < groups; group++) this.policy.groups.set(`g${group}`, false);
    this.policy.roles.add('web');
    const server = this.#requireServer();
    for (const name of [SUBSCRIPTION, OTHER_SUBSCRIPTION]) {
      const home = await createSubscription(server.administration, parseLabel(name));
      const names = name === SUBSCRIPTION ? [...this.policy.groups.keys()] : ['g0'];
      const interconnected = name === OTHER_SUBSCRIPTION;
      await applyChanges(server.administration, home, [
        ...names.map((group) => policyChange.parse({ do: 'create-group', name: group, interconnected })),
        policyChange.parse({ do: 'create-role', name: 'web' }),
      ]);
    }
    for (let number = 0; number < computers + instances; number++) {
      const role = number < computers ? null : 'web';
      this.machines.push(await this.#machine(SUBSCRIPTION, number, null, role));
      this.policy.addMachine(`m${number}`, role, this.time.now);
    }
    const stranger = await this.#machine(OTHER_SUBSCRIPTION, computers + instances, 'g0', null);
    this.strangers.push(stranger);
    this.policy.addMachine(stranger.name, null, this.time.now);
    if (locked !== undefined) await this.#addLocked(server, computers + instances + 1, locked);
    for (const machine of this.everybody) await machine.start();
    this.locked?.begin(this);
  }

  get everybody(): SimulatedMachine[] {
    return [...this.machines, ...this.strangers, ...(this.locked?.machines ?? [])];
  }

  mayTalk(a: SimulatedMachine, b: SimulatedMachine): boolean {
    return this.policy.allows(a.name, b.name) || this.locked?.allows(a, b) === true;
  }

  /** Something that takes a while of the process's own time, and no time of the world. */
  later(work: Promise<void>): void {
    this.#underWay.push(
      work.catch((error: unknown) => {
        this.broken ??= error;
      }),
    );
  }

  /** Resolves when everything is done that {@link later} was given. @throws Violation */
  async finished(): Promise<void> {
    while (this.#underWay.length > 0) await Promise.all(this.#underWay.splice(0));
  }

  /** To be called after every step. @throws Violation */
  check(): void {
    if (this.broken !== undefined) throw this.broken;
    this.locked?.check();
    for (const machine of this.everybody) {
      if (this.policy.machines.get(machine.name)?.disabled) machine.disabledAt = this.time.now;
      if (machine.isReachable) machine.reachableSince ??= this.time.now;
      else machine.reachableSince = undefined;
      const queued = machine.membership?.link.queuedBytes ?? 0;
      if (queued > LIMITS.TUNNEL_QUEUE_MAX_BYTES.value)
        throw new Violation(`the tunnel of ${machine.name} holds ${queued} bytes`);
      const sent = machine.relay?.machine.inFlight ?? 0;
      if (sent > AGENT_SOCKET_MAX_BYTES) throw new Violation(`the socket of ${machine.name} holds ${sent} bytes`);
      const home = machine.activation.self.subscription.id;
      const waiting = this.server?.relay.find(home, machine.id)?.queue.cost ?? 0;
      if (waiting > LIMITS.RELAY_QUEUE_MAX_BYTES.value) {
        throw new Violation(`the relay holds ${waiting} bytes for ${machine.name}`);
      }
    }
    for (const { held } of this.server?.outlets ?? []) {
      if (held > SOCKET_MAX_BYTES) throw new Violation(`a socket of the relay holds ${held} bytes`);
    }
  }

  async startServer(): Promise<void> {
    const { time, random, grantKey } = this;
    const around = { time, random, grantKey, pin: this.#pin, directory: this.#directory };
    this.server = await SimulatedServer.start(around, this.#life);
    this.locked?.takeOver(this.server);
    this.trace.add(`server starts, life ${this.#life}`);
    if (this.#life > 0) this.#requireKept();
  }

  /** As by SIGTERM; the next start finds what was stored. */
  async stopServer(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    this.trace.add('server stops');
    await server.stop();
    server.handOver(++this.#life);
  }

  /** As by kill -9, right now. */
  killServer(): void {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    this.trace.add('server is killed');
    this.#dead.push(server.kill(++this.#life));
  }

  /**
   * An administrator makes a change, and the server is killed so many turns of the microtask queue later. What
   * the administrator was told by then must be there when the server is back.
   */
  async changeAndKill(change: ModelChange, turns: number): Promise<void> {
    const server = this.#requireServer();
    const before = this.policy;
    const after = before.copy();
    after.apply(change);
    let acknowledged = false;
    applyChanges(server.administration, server.control.context.directory.find(SUBSCRIPTION), [change]).then(
      () => {
        acknowledged = true;
      },
      () => {},
    );
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    this.killServer();
    this.trace.add(`in the middle of ${JSON.stringify(change)}, ${acknowledged ? '' : 'not '}acknowledged`);
    this.#possible = acknowledged ? [after] : [before, after];
    this.policy = this.#possible[0] as PolicyModel;
    this.policy.settle(this.time.now);
  }

  /** Makes a change; it is done, and the administrator told, when this resolves. */
  async change(change: ModelChange): Promise<void> {
    const { server } = this;
    if (server === undefined || this.#changing) return;
    this.#changing = true;
    try {
      await applyChanges(server.administration, server.control.context.directory.find(SUBSCRIPTION), [change]);
      this.policy.apply(change);
      this.policy.settle(this.time.now);
      this.trace.add(`policy: ${JSON.stringify(change)}`);
    } finally {
      this.#changing = false;
    }
  }

  async close(): Promise<void> {
    for (const machine of this.everybody) await machine.kill();
    await this.server?.stop();
    for (const letGo of this.#dead) await letGo();
  }

  /** The server began anew: its policy must be one of those that it may be, which is then the acknowledged one. */
  #requireKept(): void {
    const possible = this.#possible.length > 0 ? this.#possible : [this.policy];
    this.#possible = [];
    const text = policyTextOf(this.#requireServer().control.context.directory.find(SUBSCRIPTION));
    const outsiders = [
      ...this.strangers,
      ...(this.locked?.machines ?? []),
      ...(this.locked ? [this.locked.intruder] : []),
    ];
    const [expected = '', ...others] = possible.map((policy) => policyTextWithout(policy, outsiders));
    const found = possible[[expected, ...others].indexOf(text)];
    if (found === undefined) {
      throw new Violation(`an acknowledged change is lost: the server has\n${text}\nand should have\n${expected}`);
    }
    this.policy = found;
    this.policy.settle(this.time.now);
  }

  /** @param first number of its first machine */
  async #addLocked(server: SimulatedServer, first: number, random: SeededRandom): Promise<void> {
    let number = first;
    const machine = () => this.#machine(LOCKED_SUBSCRIPTION, number++, 'g0', null);
    this.locked = await LockedSubscription.build(server, machine, random, this.time.now);
    this.locked.takeOver(server);
    for (const { name } of [...this.locked.machines, this.locked.intruder]) {
      this.policy.addMachine(name, null, this.time.now);
    }
  }

  #requireServer(): SimulatedServer {
    if (this.server === undefined) throw new Error('there is no server');
    return this.server;
  }

  async #machine(subscription: string, number: number, group: string | null, role: string | null) {
    const identity = simulatedIdentity(this.random.bytes(IDENTITY_BYTES));
    const activation = await activateOn(this.#requireServer(), {
      subscription,
      name: `m${number}`,
      group,
      role,
      identity,
    });
    return new SimulatedMachine({
      number,
      identity,
      activation,
      network: (machine) => {
        const dial = this.lines.dialOf(machine);
        return { openSocket: openControlBy(dial), openWire: openRelayBy(dial) };
      },
      log: (line) => this.trace.add(line),
      onPacket: (machine, packet) => this.#guarded(() => this.trace.add(this.invariants.arrived(machine, packet))),
    });
  }

  /** A violation found deep inside the product's code must not be caught there. */
  #guarded(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.broken ??= error;
    }
  }
}

/** Machines of another subscription are in the model, but not in this one's policy. */
function policyTextWithout(policy: PolicyModel, strangers: readonly SimulatedMachine[]): string {
  const copy = policy.copy();
  for (const { name } of strangers) copy.machines.delete(name);
  return copy.text;
}
