/**
 * One run from one seed: builds a world, lets things befall it, heals it, and sees that everybody who may
 * talk does so again. The same seed gives the same run.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../population/seeded-random.ts';
import { actOnce, beginOpen, healAll, TURBULENCE } from './actions.ts';
import { Violation } from './invariants.ts';
import { installChance } from './simulated-chance.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import { SimulatedTime } from './simulated-time.ts';
import { World } from './world.ts';

export interface Run {
  readonly seed: number;
  /** Events. */
  readonly steps: number;
  readonly simulatedMs: number;
  readonly sent: number;
  readonly delivered: number;
  readonly attacks: number;
  /** Of the whole trace: the same for the same seed. */
  readonly digest: string;
  /** Undefined when all invariants held. */
  readonly failure: { readonly message: string; readonly trace: readonly string[] } | undefined;
}

/** Milliseconds between two things that befall the world, at most. */
const CALM_MS = [300, 1_500];
/** Everybody connects, before anything happens. */
const BEGINNING_MS = 1_000;
/** A machine that the other side has lost is missed after 15 s, back-off ends at 15 s, a denial is believed for 30 s. */
const CONVERGED_WITHIN_MS = 45_000;
/** A machine that was disabled knocks every minute. */
const ADMITTED_WITHIN_MS = 110_000;
const ASK_EVERY_MS = 2_000;
/** Two worlds of seven have a locked subscription: it makes each of them slower. */
const [LOCKED_SEEDS_OF, LOCKED_SEEDS] = [7, new Set([2, 3])];
/** Events in one moment of time, before something must be going round in a circle. */
const STANDSTILL_STEPS = 50_000;

export interface RunOptions {
  readonly seed: number;
  /** After so many events the world is healed, and the run comes to its end. */
  readonly steps: number;
}

/** Never rejects for a violation: that is in the answer. */
export async function run({ seed, steps }: RunOptions): Promise<Run> {
  const time = new SimulatedTime();
  const random = new SeededRandom(`simulation ${seed}`);
  // fsync costs nothing there: what is tested is a killed process, not a power cut.
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'causeway-simulation-'));
  const undo = [time.install(), installChance(random)];
  const world = new World(time, random, directory);
  const course = new Course(world, seed);
  const began = time.now;
  let failure: Run['failure'];
  try {
    await course.run(steps);
  } catch (error) {
    const message = error instanceof Violation ? error.message : String((error as Error)?.stack ?? error);
    failure = { message, trace: world.trace.last(200) };
  } finally {
    await world.close().catch(() => {});
    for (const each of undo) each();
    rmSync(directory, { recursive: true, force: true });
  }
  const { sent, delivered, attacks } = world.invariants;
  const { digest } = world.trace;
  return { seed, steps: course.steps, simulatedMs: time.now - began, sent, delivered, attacks, digest, failure };
}

class Course {
  steps = 0;
  readonly #world: World;
  readonly #seed: number;
  #sameMoment = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#seed = seed;
  }

  async run(steps: number): Promise<void> {
    const { random } = this.#world;
    await this.#world.build({
      computers: 2 + Math.floor(random.fraction() * 3),
      instances: Math.floor(random.fraction() * 2.5),
      groups: 2 + Math.floor(random.fraction() * 2),
      locked: LOCKED_SEEDS.has(this.#seed % LOCKED_SEEDS_OF) ? new SeededRandom(`locked ${this.#seed}`) : undefined,
    });
    await beginOpen(this.#world);
    const [calm, turbulence] = [random.pick(CALM_MS), random.pick(TURBULENCE)];
    await this.#pass(BEGINNING_MS);
    while (this.steps < steps) {
      await actOnce(this.#world, turbulence);
      this.#world.check();
      await this.#pass(random.fraction() * calm);
    }
    this.#world.trace.add('healing');
    await healAll(this.#world);
    await this.#converge();
  }

  /** Lets time pass, one event after the other. */
  async #pass(ms: number): Promise<void> {
    const { time } = this.#world;
    const end = time.now + ms;
    while (time.next <= end) {
      this.#sameMoment = time.next > time.now ? 0 : this.#sameMoment + 1;
      if (this.#sameMoment > STANDSTILL_STEPS) throw new Violation('time stands still: a timer is always due');
      this.#world.trace.add(await time.step());
      await this.#world.finished();
      this.steps++;
      this.#world.check();
    }
    time.now = Math.max(time.now, end);
  }

  /** Whoever may talk talks; whoever may not does not (which is checked with every packet). */
  async #converge(): Promise<void> {
    const { everybody, invariants, time } = this.#world;
    let began = time.now;
    const late = (pair: Pair) => {
      const refused = pair.some((machine) => began - machine.disabledAt < ADMITTED_WITHIN_MS);
      return time.now - began > (refused ? ADMITTED_WITHIN_MS : CONVERGED_WITHIN_MS);
    };
    const mayTalk = ([a, b]: Pair) => this.#world.mayTalk(a, b);
    // One way first: what the other side sends by itself would repair what the first could not.
    const all = pairsOf(everybody);
    for (const half of [all.filter(([a, b]) => a.number < b.number), all.filter(([a, b]) => a.number > b.number)]) {
      began = time.now;
      for (let left = half; left.some(mayTalk); ) {
        const silent = left.filter((pair) => mayTalk(pair) && late(pair)).map(([a, b]) => `${a.name} to ${b.name}`);
        if (silent.length > 0) {
          throw new Violation(`not converged ${(time.now - began) / 1_000} s after healing: ${silent.join(', ')}`);
        }
        const asked = left.map(([a, b]) => {
          a.send(invariants.packet(a, b, 64));
          return invariants.lastNumber;
        });
        await this.#pass(ASK_EVERY_MS);
        left = left.filter((_, place) => !invariants.wasDelivered(asked[place] as number));
      }
    }
  }
}

type Pair = readonly [SimulatedMachine, SimulatedMachine];

function pairsOf(machines: readonly SimulatedMachine[]): Pair[] {
  return machines.flatMap((a) => machines.filter((b) => b !== a).map((b): Pair => [a, b]));
}
