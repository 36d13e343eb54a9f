/**
 * One relay server with ten thousand agents: what each costs, how soon all hear of a change of policy, what a grant
 * takes, a thousand pairs that talk, and what saturates first. The agents are synthetic, but for the server they are
 * agents: their own keys, TLS, control connection, grants, relay connection, signs of life, reports. Server and
 * agents share the processors of one computer; each is accounted by the kernel.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from '#build/bundle.ts';
import type { MachineId } from '#protocol/ids.ts';
import { Company, OWNER, SEED } from '../load/company.ts';
import { RestSession } from '../load/rest-session.ts';
import type { PlannedAgent } from '../load/swarm/orders.ts';
import { type Pair, Swarm } from '../load/swarm/swarm.ts';
import { TwoGroups } from '../load/two-groups.ts';
import { percentile } from '../measure/percentiles.ts';
import { costOf, costSince, filesMax, residentBytes } from '../measure/server-cost.ts';
import { now } from '../measure/told.ts';
import { bar, ratio, Series, type Suite, type SuiteOptions } from '../suite.ts';

const COUNTS = [1_000, 5_000, 10_000] as const;
/** More than agents: some of a made-up company are disabled. */
const SPARE = 1.06;
const PROCESSES = 4;
/** Of the server's files: database, sockets that listen, the administrator. */
const OTHER_FILES = 150;
const PAIRS = 1_000;
const SETTLE_MS = 12_000;
const STEADY_MS = 30_000;
const GRANTS_PER_SECOND = 100;
const GRANTS_MS = 10_000;
const CHANGES = 4;
/** Until a change has to be known to all, for the measurement to go on. */
const HEARD_MS = 30_000;
const FRAME_BYTES = 1_200;
const TALK_MS = 8_000;
/** Frames of each pair, each way; the last that are answered in time are the relay's most. */
const RATES = [1, 2, 5, 10, 20, 40] as const;
const IN_TIME_MS = 250;
const [KIB, MIB, GIB] = [1_024, 1_048_576, 1_073_741_824];

const STORM = 'connect storm';
const STEADY = 'steady';
const MEMORY = 'memory';
const GRANTS = 'grants';
const PUSH = 'policy change that concerns all';
const TALK = '1,000 pairs talk';
const SATURATION = 'saturates at, in agents';

export const suite: Suite = {
  name: 'load',
  summary:
    'one server with 1,000, 5,000 and 10,000 agents: cost of each, grants, a policy change, talking pairs, the knee',
  async run(options) {
    const counts = options.quick ? COUNTS.slice(0, 1) : COUNTS;
    const most = counts.at(-1) ?? 0;
    const { relay } = await bundle();
    await using company = await Company.start(
      { machines: Math.ceil(most * SPARE), groups: 2, roles: 0, connections: 0 },
      relay,
    );
    using session = await RestSession.signIn(company.url, OWNER.name, OWNER.password);
    using swarm = new Swarm(PROCESSES);
    const groups = await TwoGroups.of(session);
    const load = new Load(company, groups, swarm, options);
    const agents = await load.plan(most);
    await sleep(options.quick ? 2_000 : SETTLE_MS);
    load.before = residentBytes(company.pid);
    for (const [index, count] of counts.entries()) await load.at(count, agents.slice(counts[index - 1] ?? 0, count));
    await load.findKnee(most);
    return { figures: load.series.figures(), bars: bars(load.series, counts), absent: [] };
  },
};

class Load {
  readonly series = new Series();
  /** Resident bytes of the server without an agent. */
  before = 0;
  readonly #company: Company;
  readonly #groups: TwoGroups;
  readonly #swarm: Swarm;
  readonly #options: SuiteOptions;
  readonly #connected: PlannedAgent[] = [];
  /** CPU-seconds a second that the server takes for each agent that is idle, as last measured. */
  #steadySeconds = 0;

  constructor(company: Company, groups: TwoGroups, swarm: Swarm, options: SuiteOptions) {
    this.#company = company;
    this.#groups = groups;
    this.#swarm = swarm;
    this.#options = options;
  }

  /** Neighbours (0 and 1, 2 and 3 …) are of the two groups. */
  async plan(count: number): Promise<PlannedAgent[]> {
    const all = await this.#groups.fill(count);
    const relays = filesMax(this.#company.pid) - count - OTHER_FILES;
    if (relays < count) this.#options.say(`only ${relays} have a relay connection: the server may open so many files`);
    return all.map(({ id, name }, index) => ({ id, name, from: loopbackAddress(index), hasRelay: index < relays }));
  }

  async at(count: number, more: readonly PlannedAgent[]): Promise<void> {
    await this.#storm(count, more);
    await sleep(this.#options.quick ? 3_000 : SETTLE_MS);
    const { pid } = this.#company;
    const [resident, swarm] = [residentBytes(pid), this.#swarm.rssBytes];
    this.#add(count, MEMORY, 'server, of each agent', 'KiB', (resident - this.before) / KIB / count);
    this.#add(count, MEMORY, 'server', 'MiB', resident / MIB);
    this.#add(count, MEMORY, 'server without agents', 'MiB', this.before / MIB);
    this.#add(count, MEMORY, 'the synthetic agents, of each', 'KiB', swarm / KIB / count);
    await this.#steady(count);
    await this.#groups.connectAndSettle();
    await this.#grants(count);
    await this.#groups.disconnectAndSettle();
    await this.#push(count);
    await this.#groups.connectAndSettle();
    await this.#talk(count, 2);
    await this.#groups.disconnect();
    const { lost } = await this.#swarm.heard(0);
    if (lost > 0) throw new Error(`the server lost ${lost} connections at ${count} agents`);
  }

  async findKnee(count: number): Promise<void> {
    const { pid } = this.#company;
    await this.#groups.connectAndSettle();
    const before = costOf(pid);
    const [from, ms] = [performance.now(), this.#options.quick ? 3_000 : GRANTS_MS];
    const { ms: took, failures } = await this.#swarm.ask(this.#pairs(PAIRS), null, ms);
    refuse(failures);
    const { mainSeconds } = costSince(pid, before);
    const rate = took.length / ((performance.now() - from) / 1_000);
    this.#add(count, GRANTS, 'as many as it gives', '1/s', rate);
    this.#add(count, GRANTS, 'server, each', 'ms', (mainSeconds / took.length) * 1_000);
    this.#tell(
      `at most ${rate.toFixed(0)} grants a second, ${((mainSeconds / took.length) * 1_000).toFixed(2)} ms of the server’s thread each`,
    );
    for (const perSecond of this.#options.quick ? RATES.slice(0, 3) : RATES) {
      if (!(await this.#talk(count, perSecond, `${TALK}, most`))) break;
    }
    await this.#groups.disconnect();
    const own = (load: string, measure: string) => this.series.median(named(count), load, measure) ?? Number.NaN;
    this.#add(count, SATURATION, 'files that it may open', '', (filesMax(pid) - OTHER_FILES) / 2);
    this.#add(count, SATURATION, 'its thread, steady', '', count / own(STEADY, 'server’s thread, of a processor'));
    this.#add(count, SATURATION, 'a second for a change', '', (count * 1_000) / own(PUSH, '99 % have heard'));
    this.#add(
      count,
      SATURATION,
      '1 GiB of memory',
      '',
      (GIB - this.before) / KIB / own(MEMORY, 'server, of each agent'),
    );
  }

  async #storm(count: number, more: readonly PlannedAgent[]): Promise<void> {
    const { pid, url } = this.#company;
    const { hostname, port } = new URL(url);
    const [before, swarmBefore, from] = [costOf(pid), this.#swarm.cpuSeconds, performance.now()];
    const { ms, failures } = await this.#swarm.connect(hostname, Number(port), SEED, more);
    const seconds = (performance.now() - from) / 1_000;
    refuse(failures);
    this.#connected.push(...more);
    const { cpuSeconds: all, mainSeconds } = costSince(pid, before);
    const agents = more.length;
    // Without what those cost meanwhile that were there already: a storm may take minutes where processors are shared.
    const cpuSeconds = Math.max(0, all - this.#steadySeconds * (this.#connected.length - agents / 2) * seconds);
    this.#add(count, STORM, 'agents connected', '1/s', agents / seconds);
    this.#add(count, STORM, 'each waited, p50', 'ms', percentile(ms, 50));
    this.#add(count, STORM, 'each waited, p99', 'ms', percentile(ms, 99));
    this.#add(count, STORM, 'server, each', 'CPU-ms', (cpuSeconds / agents) * 1_000);
    this.#add(count, STORM, 'server’s thread busy', '%', (mainSeconds / seconds) * 100);
    this.#add(
      count,
      STORM,
      'synthetic agents, each',
      'CPU-ms',
      ((this.#swarm.cpuSeconds - swarmBefore) / agents) * 1_000,
    );
    this.#tell(
      `${agents} agents in ${seconds.toFixed(1)} s; ${((cpuSeconds / agents) * 1_000).toFixed(2)} CPU-ms of the server each`,
    );
  }

  async #steady(count: number): Promise<void> {
    const { pid } = this.#company;
    const [before, swarmBefore, from] = [costOf(pid), this.#swarm.cpuSeconds, performance.now()];
    await sleep(this.#options.quick ? 8_000 : STEADY_MS);
    const seconds = (performance.now() - from) / 1_000;
    const { cpuSeconds, mainSeconds } = costSince(pid, before);
    this.#add(count, STEADY, 'server, of a processor', '', cpuSeconds / seconds);
    this.#add(count, STEADY, 'server’s thread, of a processor', '', mainSeconds / seconds);
    this.#add(count, STEADY, 'server, of each agent', 'CPU-µs/s', (cpuSeconds / seconds / count) * 1e6);
    this.#add(count, STEADY, 'synthetic agents, of a processor', '', (this.#swarm.cpuSeconds - swarmBefore) / seconds);
    this.#steadySeconds = cpuSeconds / seconds / count;
    this.#tell(`steady: ${((cpuSeconds / seconds) * 100).toFixed(1)} % of a processor`);
  }

  async #grants(count: number): Promise<void> {
    const { pid } = this.#company;
    const before = costOf(pid);
    const { ms, failures } = await this.#swarm.ask(
      this.#pairs(count),
      GRANTS_PER_SECOND,
      this.#options.quick ? 3_000 : GRANTS_MS,
    );
    refuse(failures);
    this.#add(count, GRANTS, `at ${GRANTS_PER_SECOND} a second, p50`, 'ms', percentile(ms, 50));
    this.#add(count, GRANTS, `at ${GRANTS_PER_SECOND} a second, p99`, 'ms', percentile(ms, 99));
    this.#tell(
      `grants: p50 ${percentile(ms, 50).toFixed(1)} ms, p99 ${percentile(ms, 99).toFixed(1)} ms, ` +
        `${((costSince(pid, before).cpuSeconds / ms.length) * 1_000).toFixed(2)} CPU-ms each`,
    );
  }

  /** From the administrator's request, not from its answer. */
  async #push(count: number): Promise<void> {
    const { pid } = this.#company;
    for (let change = 0; change < (this.#options.quick ? 1 : CHANGES / 2); change++) {
      for (const act of [() => this.#groups.connect(), () => this.#groups.disconnect()]) {
        const [version, before, swarmBefore, asked] = [
          await this.#groups.policyVersion(),
          costOf(pid),
          this.#swarm.cpuSeconds,
          now(),
        ];
        await act();
        const answered = now() - asked;
        const after = await this.#heard(version + 1, count, asked);
        const { mainSeconds } = costSince(pid, before);
        this.#add(count, PUSH, 'answered', 'ms', answered);
        this.#add(count, PUSH, '50 % have heard', 'ms', percentile(after, 50));
        this.#add(count, PUSH, '99 % have heard', 'ms', percentile(after, 99));
        this.#add(count, PUSH, 'all have heard', 'ms', percentile(after, 100));
        this.#add(count, PUSH, 'server’s thread, each', 'CPU-µs', (mainSeconds / count) * 1e6);
        this.#add(
          count,
          PUSH,
          'synthetic agents, each',
          'CPU-µs',
          ((this.#swarm.cpuSeconds - swarmBefore) / count) * 1e6,
        );
        this.#tell(
          `change: answered after ${answered.toFixed(0)} ms; 50/99/100 % after ` +
            `${[50, 99, 100].map((share) => percentile(after, share).toFixed(0)).join('/')} ms`,
        );
        // Past what is told of together, and what agents are given to be quiet.
        await sleep(Math.max(2_000, count * 1.2));
      }
    }
  }

  /** @returns whether all were answered, nearly all of them in time */
  async #talk(count: number, perSecond: number, load = TALK): Promise<boolean> {
    const { pid } = this.#company;
    const pairs = this.#pairs(PAIRS).filter(([a, b]) => this.#hasRelay(a) && this.#hasRelay(b));
    const [before, swarmBefore, from] = [costOf(pid), this.#swarm.cpuSeconds, performance.now()];
    const { sent, ms } = await this.#swarm.talk(pairs, perSecond, FRAME_BYTES, this.#options.quick ? 3_000 : TALK_MS);
    const seconds = (performance.now() - from) / 1_000;
    const { cpuSeconds, mainSeconds } = costSince(pid, before);
    const [p50, p99] = [percentile(ms, 50), percentile(ms, 99)];
    const holds = ms.length >= sent * 0.999 && p99 <= IN_TIME_MS;
    const busy = (mainSeconds / seconds) * 100;
    this.#tell(
      `${pairs.length} pairs, ${perSecond} frames a second each way: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ` +
        `${ms.length} of ${sent} answered, server’s thread ${busy.toFixed(0)} % busy${holds ? '' : ': too much'}`,
    );
    if (load !== TALK && !holds) return false;
    this.#add(count, load, 'frames forwarded', '1/s', (2 * ms.length) / seconds);
    this.#add(count, load, 'there and back, p50', 'ms', p50);
    this.#add(count, load, 'there and back, p99', 'ms', p99);
    this.#add(count, load, 'unanswered', '%', (1 - ms.length / sent) * 100);
    this.#add(count, load, 'server, each frame', 'CPU-µs', (cpuSeconds / (2 * ms.length)) * 1e6);
    this.#add(count, load, 'server’s thread busy', '%', busy);
    this.#add(
      count,
      load,
      'synthetic agents, each frame',
      'CPU-µs',
      ((this.#swarm.cpuSeconds - swarmBefore) / (2 * ms.length)) * 1e6,
    );
    return holds;
  }

  /** Waits until all have heard. @returns how long after `since` each has */
  async #heard(version: number, count: number, since: number): Promise<number[]> {
    const deadline = performance.now() + HEARD_MS;
    for (;;) {
      // Rarely: asking takes processor time of the agents.
      await sleep(1_000);
      const { at } = await this.#swarm.heard(version);
      if (at.length >= count) return at.map((one) => one - since);
      if (performance.now() > deadline) throw new Error(`only ${at.length} of ${count} have heard of the change`);
    }
  }

  #pairs(most: number): Pair[] {
    return Array.from({ length: Math.min(most, Math.floor(this.#connected.length / 2)) }, (_, index) => [
      this.#connected[2 * index]?.id ?? ('' as MachineId),
      this.#connected[2 * index + 1]?.id ?? ('' as MachineId),
    ]);
  }

  #hasRelay(id: MachineId): boolean {
    return this.#connected.some((agent) => agent.id === id && agent.hasRelay);
  }

  #add(count: number, load: string, measure: string, unit: string, value: number): void {
    this.series.add(named(count), load, measure, unit, value);
  }

  #tell(line: string): void {
    this.#options.say(`${this.#connected.length} agents  ${line}`);
  }
}

function bars(series: Series, counts: readonly number[]) {
  const names = counts.map(named);
  const [least, most] = [names[0] ?? '', names.at(-1) ?? ''];
  const own = (name: string, load: string, measure: string) => series.median(name, load, measure);
  const growth = (load: string, measure: string) => ratio(own(most, load, measure), own(least, load, measure));
  const heard = '99 % have heard';
  const change = bar(
    `${most}: 99 % have heard of a change that concerns all`,
    'ms',
    own(most, PUSH, heard),
    'lower',
    1_000,
  );
  if (names.length === 1) return [change];
  return [
    change,
    bar(
      'memory of each of the last 5,000 agents, times that of those before',
      '',
      growthOfMemory(series, counts),
      'lower',
      1.1,
    ),
    bar(
      'steady processor time of each agent, times that with 1,000',
      '',
      growth(STEADY, 'server, of each agent'),
      'lower',
      1.1,
    ),
    bar(
      'connecting, processor time of each agent, times that with 1,000',
      '',
      growth(STORM, 'server, each'),
      'lower',
      1.1,
    ),
  ];
}

/** Without what the server has at hand before the first agent comes: the first thousand find much of theirs there. */
function growthOfMemory(series: Series, counts: readonly number[]): number | null {
  const [first = 0, middle = 0, last = 0] = counts;
  const held = [first, middle, last].map((count) => series.median(named(count), MEMORY, 'server'));
  const [with1, with2, with3] = held;
  if (typeof with1 !== 'number' || typeof with2 !== 'number' || typeof with3 !== 'number') return null;
  return ratio((with3 - with2) / (last - middle), (with2 - with1) / (middle - first));
}

function named(count: number): string {
  return `${count.toLocaleString('en')} agents`;
}

/** Of its own for each: the server limits what one address may do. */
function loopbackAddress(index: number): string {
  return `127.${1 + (index >> 16)}.${(index >> 8) & 0xff}.${1 + (index & 0x7f)}`;
}

function refuse(failures: readonly string[]): void {
  if (failures.length > 0) throw new Error(`${failures.length} failed, the first with: ${failures[0]}`);
}
