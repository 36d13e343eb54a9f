/**
 * What an idle connection costs a relay in memory: its resident set with so many connections that say
 * nothing, less what it was before the first of them.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, Program } from '#lab/hosts/host.ts';
import type { Job } from '../load/jobs.ts';
import { Part } from '../load/part.ts';
import { openRelayLab, type RelayUnderTest } from '../peers/relays.ts';
import { bar, ratio, Series, type Suite } from '../suite.ts';

const KIB = 1_024;
const MIB = KIB * KIB;
const FEW = 1_000;
const MANY = 10_000;
/** Activation writes to the disk of the server; this many take half a minute. */
const AGENTS = 1_000;
/** For garbage collectors, and what was freed to go back to the kernel. */
const SETTLE_MS = 12_000;
/** A connection in KiB that we set ourselves as an aim. */
const AIM_KIB = 40;

const MEASURE = 'per connection';
const AGENT_LOAD = `${AGENTS.toLocaleString('en')} agents`;

export const suite: Suite = {
  name: 'idle-connections',
  summary: 'memory of the relay per idle connection, at 1,000 and 10,000 connections, ours and derper',
  async run(options) {
    const { machines, relays, absent } = await openRelayLab(options);
    // Memory hardly differs between rounds, and ten thousand connections take their time.
    const rounds = options.quick ? 1 : options.rounds;
    const series = new Series();
    for (let round = 1; round <= rounds; round++) {
      for (const relay of relays) {
        const note = (load: string, connections: number, { before, after, seconds, endedAfter }: Measured) => {
          series.add(relay.name, load, MEASURE, 'KiB', (after - before) / KIB / connections);
          series.add(relay.name, load, 'resident', 'MiB', after / MIB);
          series.add(relay.name, load, 'resident before', 'MiB', before / MIB);
          series.add(relay.name, load, 'ended by the relay', '', endedAfter.length);
          options.say(
            `round ${round}  ${relay.name}  ${load}: ${((after - before) / KIB / connections).toFixed(1)} KiB each, ` +
              `${(after / MIB).toFixed(0)} MiB in all, ${(before / MIB).toFixed(0)} MiB before; opened in ${seconds.toFixed(0)} s`,
          );
          if (endedAfter.length > 0)
            options.say(`  ended after ${endedAfter.map((each) => each.toFixed(1)).join(', ')} s`);
        };
        const idle = (first: number, count: number) => ({ role: 'idle', login: relay.login, first, count }) as const;
        for (const count of [FEW, MANY]) note(loadName(count), count, await measure(relay, machines, idle, count));
        const { agents: server } = relay;
        if (server === null) continue;
        const agents = (first: number, count: number) => ({ role: 'agents', server, first, count }) as const;
        note(AGENT_LOAD, AGENTS, await measure(relay, machines.slice(0, 1), agents, AGENTS));
      }
    }
    const each = (name: string) => series.median(name, loadName(MANY), MEASURE);
    const bars = [
      bar(
        '10,000 idle connections, memory of each as a share of derper’s',
        '',
        ratio(each('ours'), each('derper')),
        'lower',
        1,
      ),
      bar('10,000 idle connections, memory of each (aim)', 'KiB', each('ours'), 'lower', AIM_KIB),
    ];
    return { figures: series.figures(), bars, absent };
  },
};

interface Measured {
  /** Resident bytes without a connection. */
  readonly before: number;
  readonly after: number;
  /** How long it took to open all. */
  readonly seconds: number;
  /** Seconds that connections were open which the relay ended. */
  readonly endedAfter: readonly number[];
}

/** @param job for one load generator, which opens `count` connections of the machines from `first` on */
async function measure(
  relay: RelayUnderTest,
  hosts: readonly Host[],
  job: (first: number, count: number) => Job,
  count: number,
): Promise<Measured> {
  const program = await relay.restart();
  await sleep(SETTLE_MS);
  const before = residentBytes(program);
  const from = performance.now();
  const share = count / hosts.length;
  const parts = await Promise.all(hosts.map((host, index) => Part.start(host, job(index * share + 1, share))));
  const seconds = (performance.now() - from) / 1_000;
  await sleep(SETTLE_MS);
  const after = residentBytes(program);
  const endedAfter = (await Promise.all(parts.map((part) => part.counts()))).flatMap((counts) => counts.endedAfter);
  for (const part of parts) part[Symbol.dispose]();
  await program.end('SIGKILL');
  return { before, after, seconds, endedAfter };
}

function residentBytes(program: Program): number {
  const kibibytes = /^Rss:\s+(\d+)/m.exec(readFileSync(`/proc/${program.pid}/smaps_rollup`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`${program.label} has no resident memory`);
  return Number(kibibytes) * KIB;
}

function loadName(connections: number): string {
  return `${connections.toLocaleString('en')} connections`;
}
