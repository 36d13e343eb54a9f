/**
 * What injects the faults: lanes that run side by side, one fault after the other in each. Two strike machines and
 * sites, one the relay server, one policy. All stand still when the soak looks at what processes hold.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Administrator, Side } from '../administrator.ts';
import { SeededRandom } from '../population/seeded-random.ts';
import { anyOf, between, everybody, type Fault } from './attribution.ts';
import type { Crew } from './crew.ts';
import { drawn, MACHINE_FAULTS, RELAY_FAULTS, SITE_FAULTS, type Struck } from './faults.ts';
import { atTimesDeniedTo, MACHINES, membersOf } from './world.ts';

interface Around extends Omit<Struck, 'random'> {
  readonly seed: string;
  readonly crew: Crew;
  readonly administrator: Administrator;
  readonly alpha: Side;
  readonly gamma: Side;
  /** Of the connection between the two. */
  readonly connection: string;
  readonly say: (line: string) => void;
}

/** One machine fault in so many is one of a whole site. */
const SITE_SHARE = 0.15;
const MACHINE_PAUSE_MS = [2_000, 8_000] as const;
const RELAY_PAUSE_MS = [45_000, 120_000] as const;
const POLICY_PAUSE_MS = [8_000, 25_000] as const;
/** Before the administrator asks again. */
const AGAIN_MS = 2_000;
/** Each second machine keeps its agent all the time, to be watched. */
const keepsAgent = (name: string) => Number(name.slice(1)) % 2 === 1;

export class Storm {
  readonly #around: Around;
  readonly #busy = new Set<string>();
  readonly #lanes: Promise<void>[];
  #connection: string | null;
  #paused: PromiseWithResolvers<void> | undefined;
  #atWork = 0;
  #over = false;
  /** The server can not be asked while it is being struck, nor struck while it is asked. */
  #server: Promise<unknown> = Promise.resolve();
  /** From when on the relay server keeps its process, to be watched. */
  #relayStays = false;

  constructor(around: Around) {
    this.#around = around;
    this.#connection = around.connection;
    const lane = (name: string, pause: readonly [number, number], act: (random: SeededRandom) => Promise<void>) =>
      this.#lane(new SeededRandom(`${around.seed} ${name}`), pause, act);
    this.#lanes = [
      lane('machines 1', MACHINE_PAUSE_MS, (random) => this.#strikeMachine(random)),
      lane('machines 2', MACHINE_PAUSE_MS, (random) => this.#strikeMachine(random)),
      lane('relay', RELAY_PAUSE_MS, (random) => this.#alone(() => this.#strikeRelay(random))),
      lane('policy', POLICY_PAUSE_MS, (random) => this.#alone(() => this.#changePolicy(random))),
    ];
  }

  /** From now on the relay server is struck in ways that leave its process. */
  keepRelay(): void {
    this.#relayStays = true;
  }

  /** Resolves when nothing is being struck. */
  async pause(): Promise<void> {
    this.#paused ??= Promise.withResolvers();
    while (this.#atWork > 0) await sleep(100);
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** Resolves when the last fault is undone and policy is as at the beginning. @throws what a fault threw */
  async end(): Promise<void> {
    this.#over = true;
    this.resume();
    await Promise.all(this.#lanes);
    if (this.#connection === null) await this.#connect();
  }

  /** Rejects when a fault could not be injected or undone. */
  get failed(): Promise<never> {
    return Promise.all(this.#lanes).then(() => new Promise<never>(() => undefined));
  }

  async #lane(
    random: SeededRandom,
    pause: readonly [number, number],
    act: (random: SeededRandom) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const until = performance.now() + drawn(random, ...pause);
      while (!this.#over && performance.now() < until) await sleep(250);
      await this.#paused?.promise;
      if (this.#over) return;
      this.#atWork++;
      try {
        await act(random);
      } finally {
        this.#atWork--;
      }
    }
  }

  #alone(work: () => Promise<void>): Promise<void> {
    const turn = this.#server.then(work);
    this.#server = turn.catch(() => undefined);
    return turn;
  }

  async #strikeMachine(random: SeededRandom): Promise<void> {
    if (random.fraction() < SITE_SHARE) {
      const { site } = random.pick(MACHINES);
      const fault = random.pick(SITE_FAULTS);
      const names = MACHINES.filter((machine) => machine.site === site).map(({ name }) => name);
      await this.#unlessBusy([site], () =>
        this.#inject(`${site}: ${fault.kind}`, fault.kind, anyOf(names), () => fault.strike(site, this.#with(random))),
      );
      return;
    }
    const machine = random.pick(MACHINES);
    const fault = random.pick(MACHINE_FAULTS.filter(({ ends }) => !ends || !keepsAgent(machine.name)));
    const strike = () => fault.strike(machine, this.#with(random));
    await this.#unlessBusy([machine.site, machine.name], () =>
      this.#inject(`${machine.name}: ${fault.kind}`, fault.kind, anyOf([machine.name]), strike),
    );
  }

  async #strikeRelay(random: SeededRandom): Promise<void> {
    const fault = random.pick(RELAY_FAULTS.filter(({ ends }) => !ends || !this.#relayStays));
    await this.#inject(fault.kind, fault.kind, everybody, () => fault.strike(this.#with(random)));
  }

  /** The connection between alpha and gamma comes or goes, or a machine of gamma is disabled for a while. */
  async #changePolicy(random: SeededRandom): Promise<void> {
    const { crew, administrator, gamma, ledger, say } = this.#around;
    if (random.fraction() < 0.3 && this.#connection !== null) {
      const name = random.pick(membersOf('gamma'));
      const partners = [...membersOf('alpha')];
      const kind = 'computer taken out of its group and put back';
      await this.#inject(`${name}: ${kind}`, kind, between([name], partners), async () => {
        await patiently(() => administrator.move(name, null));
        const since = Date.now();
        for (const partner of partners) crew.tell(partner, { do: 'deny', names: [name], since });
        crew.tell(name, { do: 'deny', names: partners, since });
        await sleep(drawn(random, 3_000, 10_000));
        for (const partner of partners) crew.tell(partner, { do: 'allow', names: [name], since: Date.now() });
        crew.tell(name, { do: 'allow', names: partners, since: Date.now() });
        await patiently(() => administrator.move(name, gamma));
      });
      return;
    }
    // Told of as a fault, for the connections that it ends: a denied one has to break.
    const gone = this.#connection !== null;
    say(gone ? 'policy: alpha and gamma are cut' : 'policy: alpha and gamma are connected');
    const fault = ledger.fault(
      gone ? 'connection of groups removed' : 'connection of groups made',
      between(membersOf('alpha'), membersOf('gamma')),
    );
    if (this.#connection === null) {
      await this.#connect();
    } else {
      await this.#disconnect(this.#connection);
      this.#connection = null;
      const since = Date.now();
      for (const machine of MACHINES) crew.tell(machine.name, { do: 'deny', names: atTimesDeniedTo(machine), since });
    }
    fault.to = Date.now();
  }

  async #connect(): Promise<void> {
    const { crew, administrator, alpha, gamma } = this.#around;
    // Before: what comes through as soon as it may is no leak.
    for (const machine of MACHINES) {
      crew.tell(machine.name, { do: 'allow', names: atTimesDeniedTo(machine), since: Date.now() });
    }
    this.#connection = await patiently(async () => {
      const { status, body } = await administrator.attempt('POST', '/connections', { a: alpha, b: gamma });
      if (status === 201) return (body as { id: string }).id;
      // An earlier try was answered too late.
      const { body: all } = await administrator.attempt('GET', '/connections');
      const { items } = all as { items: { id: string; a: Side; b: Side }[] };
      const made = items.find(({ a, b }) => [a.id, b.id].includes(gamma.id));
      if (made === undefined) throw new Error(`alpha and gamma could not be connected: ${status}`);
      return made.id;
    });
  }

  async #disconnect(connection: string): Promise<void> {
    await patiently(async () => {
      const { status } = await this.#around.administrator.attempt('DELETE', `/connections/${connection}`);
      if (status !== 204 && status !== 404) throw new Error(`alpha and gamma could not be cut: ${status}`);
    });
  }

  async #inject(
    sentence: string,
    kind: string,
    concerns: Fault['concerns'],
    strike: () => Promise<void>,
  ): Promise<void> {
    const { ledger, say } = this.#around;
    say(sentence);
    const fault = ledger.fault(kind, concerns);
    await strike();
    fault.to = Date.now();
  }

  /** Nothing is struck twice at once: a machine's faults would undo each other's undoing. */
  async #unlessBusy(things: readonly string[], act: () => Promise<void>): Promise<void> {
    if (things.some((thing) => this.#busy.has(thing))) return;
    for (const thing of things.slice(-1)) this.#busy.add(thing);
    try {
      await act();
    } finally {
      for (const thing of things.slice(-1)) this.#busy.delete(thing);
    }
  }

  #with(random: SeededRandom): Struck {
    const { lab, causeway, ledger } = this.#around;
    return { lab, causeway, ledger, random };
  }
}

/** The administrator, too, is on a computer that may be too busy to answer in time: asks up to thirty times. */
async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let left = 29; ; left--) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
