/**
 * What may befall a world: traffic, changes of the policy, faults of lines, machines and the server, and
 * attackers. One is chosen at a time, by weight, from the seed.
 */
import { policyChange } from '#protocol/rest/changes.ts';
import { ATTACKS, type Attack, attack } from './hostile-machine.ts';
import type { ModelChange } from './policy-model.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { World } from './world.ts';

type Act = (world: World) => void | Promise<void>;

const FAST: [number, number] = [5, 40];
/** As far away as another continent. */
const FAR: [number, number] = [80, 200];
const FAST_BYTES_PER_MS = 12_500;
/** 256 kbit/s and 8 Mbit/s. */
const SLOW_BYTES_PER_MS = [32, 1_000];
/** A change takes some forty turns of the microtask queue. */
const CHANGE_TURNS_MAX = 90;

type Weighted = readonly (readonly [weight: number, name: string, act: Act])[];

const TRAFFIC: Weighted = [
  [30, 'send', (world) => send(world, 1, 1_200)],
  [20, 'talk', (world) => talk(world, 6)],
  [5, 'talk on', (world) => talk(world, 60)],
  [6, 'burst', (world) => send(world, 40 + below(world, 100), 400)],
  [1, 'send to all', sendToAll],
  [10, 'deliver again', deliverAgain],
  [3, 'look up', lookUp],
];

const FAULTS: Weighted = [
  [5, 'cut control', (world) => cut(world, 'control')],
  [6, 'cut relay', (world) => cut(world, 'relay')],
  [5, 'hold line', holdLine],
  [3, 'slow line', slowLine],
  [3, 'fast line', fastLine],
  [3, 'kill agent', killAgent],
  [1.5, 'restart server', restartServer],
  [1.5, 'kill server', killServer],
  [2, 'kill server in a change', killServerInChange],
  [3, 'denied while away', deniedWhileAway],
  [8, 'attack', attackSomebody],
  [1, 'clock jump', clockJump],
  [1, 'other network', otherNetwork],
];

/** How much of what happens is a fault, in a quiet world and in a wild one. */
export const TURBULENCE = [0.05, 0.12, 0.25];
const POLICY_SHARE = 0.08;

/** Does one thing. @param turbulence share of faults */
export async function actOnce(world: World, turbulence: number): Promise<void> {
  const kind = world.random.fraction();
  if (kind < POLICY_SHARE) {
    await world.change(chooseChange(world));
    return;
  }
  const actions = kind < POLICY_SHARE + turbulence ? FAULTS : TRAFFIC;
  let left = world.random.fraction() * actions.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, name, act] of actions) {
    left -= weight;
    if (left >= 0) continue;
    world.trace.add(`action: ${name}`);
    await act(world);
    return;
  }
}

/** What the policy is like before anything happens: most machines reach most others. */
export async function beginOpen(world: World): Promise<void> {
  const { random, policy } = world;
  const groups = [...policy.groups.keys()];
  const make = (change: Record<string, unknown>) => world.change(policyChange.parse(change) as ModelChange);
  for (const group of groups) {
    if (random.fraction() < 0.7) await make({ do: 'change-group', group, interconnected: true });
    const web = { kind: 'role', name: 'web' };
    if (random.fraction() < 0.6) await make({ do: 'connect', a: { kind: 'group', name: group }, b: web });
  }
  for (const { name } of world.machines) {
    if (policy.machines.get(name)?.role || random.fraction() < 0.1) continue;
    await make({ do: 'assign', machines: [name], group: random.pick(groups) });
  }
}

/** Ends every fault: lines are free and fast, everybody is up. */
export async function healAll(world: World): Promise<void> {
  for (const machine of world.everybody) {
    machine.line.delayMs = FAST;
    machine.line.bytesPerMs = FAST_BYTES_PER_MS;
    world.lines.release(machine);
  }
  if (world.server === undefined) await world.startServer();
  for (const machine of world.everybody) if (machine.membership === undefined) await machine.start();
}

function send(world: World, count: number, most: number): void {
  const [from, to] = pair(world);
  const packets = Array.from({ length: count }, () => world.invariants.packet(from, to, below(world, most)));
  from.send(...packets);
}

/** A backup, say: much, to everybody who may have it, at once. */
function sendToAll(world: World): void {
  const [from] = pair(world);
  for (const to of world.machines) {
    if (to === from) continue;
    from.send(...Array.from({ length: 300 }, () => world.invariants.packet(from, to, 1_200)));
  }
}

function talk(world: World, turns: number): void {
  const [a, b] = pair(world);
  talkBetween(world, a, b, turns);
}

/** Some packets to and fro, whatever becomes of the policy meanwhile. */
function talkBetween(world: World, a: SimulatedMachine, b: SimulatedMachine, turns: number): void {
  const take = (turn: number) => {
    const [from, to] = turn % 2 === 0 ? [a, b] : [b, a];
    from.send(world.invariants.packet(from, to, below(world, 600)));
    if (turn + 1 < turns) world.time.after(150, () => take(turn + 1), 'talk');
  };
  take(0);
}

function chooseChange(world: World): ModelChange {
  const { random, policy } = world;
  const groups = [...policy.groups.keys()];
  const computers = world.machines.filter(({ name }) => policy.machines.get(name)?.role === false);
  const group = random.pick(groups);
  const others = [...groups.filter((other) => other !== group), 'web'];
  const other = random.pick(others);
  const sides = { a: { kind: 'group', name: group }, b: { kind: other === 'web' ? 'role' : 'group', name: other } };
  const machines = [random.pick(world.machines).name];
  const missing = ['g0', 'g1', 'g2'].find((name) => !policy.groups.has(name));
  const assign = () => ({ do: 'assign', machines: [random.pick(computers).name], group: random.pick(groups) });
  const choices: Record<string, unknown>[] = [
    assign(),
    assign(),
    assign(),
    { ...assign(), group: null },
    { do: 'change-group', group, interconnected: true },
    { do: 'change-group', group, interconnected: random.fraction() < 0.5 },
    { do: 'connect', ...sides },
    { do: 'connect', ...sides },
    { do: 'connect', ...sides },
    { do: 'disconnect', ...sides },
    { do: 'disconnect', ...sides },
    { do: 'set-disabled', machines, disabled: true },
    { do: 'set-disabled', machines: policy.disabled.length > 0 ? policy.disabled : machines, disabled: false },
    { do: 'set-disabled', machines: policy.disabled.length > 0 ? policy.disabled : machines, disabled: false },
    missing === undefined
      ? { do: 'remove-group', group }
      : { do: 'create-group', name: missing, interconnected: random.fraction() < 0.5 },
  ];
  return policyChange.parse(random.pick(groups.length > 1 ? choices : choices.slice(0, -1))) as ModelChange;
}

function cut(world: World, kind: 'control' | 'relay'): void {
  const machine = world.random.pick(world.everybody);
  const connection = machine[kind];
  if (connection === undefined) return;
  world.trace.add(`${kind} of ${machine.name} is cut`);
  connection.cut();
  machine.connections.delete(connection);
}

function holdLine(world: World): void {
  const machine = world.random.pick(world.everybody);
  if (machine.line.held) return;
  world.lines.hold(machine);
  const ms = world.random.fraction() < 0.7 ? below(world, 3_000) : below(world, 40_000);
  world.time.after(ms, () => world.lines.release(machine), 'release');
}

/** Two that talk are out of reach for long, and the policy takes one from the other meanwhile. */
async function deniedWhileAway(world: World): Promise<void> {
  const [a, b] = pair(world);
  const side = world.policy.machines.get(a.name);
  if (side === undefined || side.role || !world.machines.includes(a) || a.line.held || b.line.held) return;
  talkBetween(world, a, b, 200);
  for (const machine of [a, b]) world.lines.hold(machine);
  const change = policyChange.parse({ do: 'assign', machines: [a.name], group: null }) as ModelChange;
  world.time.after(2_000, () => world.later(world.change(change)), 'denied while away');
  const ms = world.random.fraction() < 0.5 ? 3_000 : 26_000;
  for (const machine of [a, b]) world.time.after(ms, () => world.lines.release(machine), 'release');
}

function slowLine(world: World): void {
  const { line } = world.random.pick(world.everybody);
  line.delayMs = world.random.fraction() < 0.5 ? FAR : FAST;
  line.bytesPerMs = world.random.pick(SLOW_BYTES_PER_MS);
}

function fastLine(world: World): void {
  const { line } = world.random.pick(world.everybody);
  line.delayMs = FAST;
  line.bytesPerMs = FAST_BYTES_PER_MS;
}

/** A relay, or somebody who took it over, delivers frames a second time: newest, or any. */
function deliverAgain(world: World): void {
  const { random } = world;
  const machine = random.pick(world.everybody);
  const { frames, relay } = machine;
  if (frames.length === 0 || relay === undefined) return;
  const chosen = random.fraction() < 0.5 ? frames.slice(-40) : frames.filter(() => random.fraction() < 0.1);
  const again = () => {
    // It does not come through the relay, so it takes nothing of the relay's socket.
    if (relay.whole) for (const frame of chosen.slice(0, 300)) relay.machine.onMessage(frame);
  };
  world.time.after(below(world, 100), again, 'delivered again');
}

async function killAgent(world: World): Promise<void> {
  await startAnew(world, world.random.pick(world.everybody), below(world, 8_000));
}

async function startAnew(world: World, machine: SimulatedMachine, afterMs: number): Promise<void> {
  if (machine.membership === undefined) return;
  world.trace.add(`${machine.name} is killed`);
  await machine.kill();
  world.time.after(afterMs, () => world.later(startAgain(machine)), 'agent starts');
}

async function restartServer(world: World): Promise<void> {
  if (world.server === undefined) return;
  await world.stopServer();
  serverComesBack(world);
}

function killServer(world: World): void {
  if (world.server === undefined) return;
  world.killServer();
  serverComesBack(world);
}

async function killServerInChange(world: World): Promise<void> {
  if (world.server === undefined) return;
  await world.changeAndKill(chooseChange(world), below(world, CHANGE_TURNS_MAX));
  serverComesBack(world);
}

function serverComesBack(world: World): void {
  world.time.after(
    below(world, world.random.fraction() < 0.8 ? 2_000 : 20_000),
    () => {
      if (world.server === undefined) world.later(world.startServer());
    },
    'server starts',
  );
}

async function attackSomebody(world: World): Promise<void> {
  const { random } = world;
  const possible = ATTACKS.flatMap((what) => targetsOf(world, what).map((target) => ({ what, ...target })));
  // Every kind as often as another, however many could be its victims.
  const kinds = [...new Set(possible.map(({ what }) => what))];
  if (kinds.length === 0) return;
  const kind = random.pick(kinds);
  const { attacker, victim, what } = random.pick(possible.filter((each) => each.what === kind));
  await attacker.kill();
  // Who has just started remembers nothing of before.
  if (what !== 'flood' && random.fraction() < 0.3) await startAnew(world, victim, 1_000);
  await attack(world, attacker, victim, what);
  world.time.after(6_000, () => world.later(startAgain(attacker)), 'agent starts');
}

function targetsOf({ machines, policy }: World, what: Attack) {
  const pairs = machines.flatMap((attacker) => machines.map((victim) => ({ attacker, victim })));
  return pairs.filter(({ attacker, victim }) => {
    if (attacker === victim || attacker.line.held) return false;
    if (what === 'flood') return victim.relay?.whole === true;
    if (what === 'forged grant' || what === 'expired grant') return true;
    const holds = attacker.grants.some(({ claims }) => claims.machines.some(({ id }) => id === victim.id));
    return holds && policy.allows(attacker.name, victim.name) === (what === 'spoofed source');
  });
}

function clockJump(world: World): void {
  const machine = world.random.pick(world.everybody);
  machine.clockOffsetMs = Math.round((world.random.fraction() - 0.5) * 4 * 86_400_000);
  world.trace.add(`clock of ${machine.name} is ${machine.clockOffsetMs} ms wrong`);
}

function otherNetwork(world: World): void {
  const machine = world.random.pick(world.everybody);
  const wayOut = String(below(world, 1_000));
  machine.host.changeNetwork({ connected: true, wayOut, sources: [], addresses: wayOut });
}

function lookUp(world: World): void {
  const [from, to] = pair(world);
  from.membership?.directory.byName(to.activation.self.name).catch(() => {});
}

async function startAgain(machine: SimulatedMachine): Promise<void> {
  if (machine.membership !== undefined) return;
  for (const connection of machine.connections) connection.machine.close(1006);
  machine.connections.clear();
  await machine.start();
}

/** Mostly of one subscription, and mostly such as may talk. */
function pair(world: World): [SimulatedMachine, SimulatedMachine] {
  const { everybody, machines, policy, random } = world;
  const from = random.pick(random.fraction() < 0.95 ? machines : everybody);
  const others = (random.fraction() < 0.95 ? machines : everybody).filter((other) => other !== from);
  const allowed = others.filter((other) => policy.allows(from.name, other.name));
  return [from, random.pick(allowed.length > 0 && random.fraction() < 0.7 ? allowed : others)];
}

/** A whole number from 0. */
function below(world: World, most: number): number {
  return Math.floor(world.random.fraction() * most);
}
