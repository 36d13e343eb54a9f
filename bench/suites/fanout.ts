/**
 * One machine serves fifty at once through the relay: what they get together, and whether each gets its
 * part. From the server to the clients, for that is what fifty users of one server wait for. All networks
 * run on all machines at the same time, as in the other suites: 51 machines with all four take two
 * minutes to start and 4 GB.
 */
import { offerServices } from '#lab/traffic/probes.ts';
import { Contest } from '../contest.ts';
import { measureChainFanOut } from '../measure/chain-fan-out.ts';
import { type FanOutOptions, fairness, measureFanOut } from '../measure/fan-out.ts';
import { percentile } from '../measure/percentiles.ts';
import type { RunningNetwork } from '../peers/contender.ts';
import { openvpn } from '../peers/openvpn.ts';
import { ours } from '../peers/ours.ts';
import { tailscale } from '../peers/tailscale.ts';
import { tinc } from '../peers/tinc.ts';
import { bar, ratio, Series, type Suite } from '../suite.ts';

const CONTENDERS = [ours, tailscale, openvpn, tinc];
/** Bare processes over TLS, without tunnel and adapter: a bound. */
const CHAIN = 'node-chain';
const CLIENTS = 50;
const ONE = '1 client';
const ALL = `${CLIENTS} clients`;
/** Of the least processor time for a GB so far. */
const NO_CHEAPER = 0.95;
const WARM_UP_WINDOWS_MAX = 15;
/** The name of each is the load's. One client alone is what the fifty are held against. */
const LOADS = [
  { load: ONE, count: 1 },
  { load: ALL, count: CLIENTS },
] as const;

export const suite: Suite = {
  name: 'fanout',
  summary: `one machine serves ${CLIENTS} at once: total throughput, fairness, round trips, processor time, the relay’s memory`,
  async run(options) {
    const contest = await Contest.open(CONTENDERS, CLIENTS + 1, ['fping'], options);
    const [server, ...clients] = contest.site.machines;
    if (server === undefined) throw new Error('the contest has a server');
    await offerServices(server);
    const series = new Series();
    for (const { contender, network } of contest.entrants) {
      const windows = await warmUp({ server, clients, seconds: 4, ...withRelay(contender.name, network) });
      options.say(`${contender.name} is warm after ${windows} windows`);
    }
    await contest.rounds(async ({ contender: { name }, network }, round) => {
      for (const { load, count } of LOADS) {
        const { mbps, bytes, cpuSecondsPerGB, relayCpuSecondsPerGB, relayPeakBytes, roundTrips } = await measureFanOut({
          server,
          clients: clients.slice(0, count),
          seconds: options.quick ? 6 : 10,
          ...withRelay(name, network),
        });
        series.add(name, load, 'speed', 'Mbit/s', mbps);
        series.add(name, load, 'processes', 'CPU-s/GB', cpuSecondsPerGB);
        series.add(name, load, 'of them the relay', 'CPU-s/GB', relayCpuSecondsPerGB);
        series.add(name, load, 'relay memory, peak', 'MiB', relayPeakBytes / 2 ** 20);
        for (const percent of roundTrips.times.length > 0 ? [50, 95] : []) {
          series.add(name, load, `ping, p${percent}`, 'ms', percentile(roundTrips.times, percent));
        }
        let line = `round ${round}  ${name}  ${load}: ${mbps.toFixed(0)} Mbit/s, ${cpuSecondsPerGB.toFixed(2)} CPU-s/GB`;
        if (count > 1) {
          const mean = bytes.reduce((sum, some) => sum + some, 0) / bytes.length;
          series.add(name, load, 'fairness', 'Jain', fairness(bytes));
          series.add(name, load, 'least client', '% of the mean', (Math.min(...bytes) / mean) * 100);
          line += `, fairness ${fairness(bytes).toFixed(3)}`;
        }
        options.say(line);
      }
    });
    // What the runtime alone can do; no contender, for it carries no packets.
    for (let round = 1; round <= options.rounds; round++) {
      for (const { load, count } of LOADS) {
        const { mbps, bytes } = await measureChainFanOut(contest.site, count, options.quick ? 6 : 10);
        series.add(CHAIN, load, 'speed', 'Mbit/s', mbps);
        if (count > 1) series.add(CHAIN, load, 'fairness', 'Jain', fairness(bytes));
        options.say(`round ${round}  ${CHAIN}  ${load}: ${mbps.toFixed(0)} Mbit/s`);
      }
    }
    const kept = ratio(series.median('ours', ALL, 'speed'), series.median('ours', ONE, 'speed'));
    const bars = [
      bar(`${ALL} together, share of what one alone gets`, '', kept, 'higher', 0.9),
      bar(`${ALL}, fairness between them`, 'Jain', series.median('ours', ALL, 'fairness'), 'higher', 0.95),
    ];
    return { figures: series.figures(), bars, absent: contest.absent };
  },
};

/** The relay is the first of its programs. */
function withRelay(name: string, { address, programs }: RunningNetwork): Pick<FanOutOptions, 'address' | 'programs'> {
  const [relay, ...others] = programs;
  if (relay === undefined) throw new Error(`${name} has no process`);
  return { address, programs: [relay, ...others] };
}

/**
 * Fifty processes that have never carried much are as slow as their code is new; what is measured afterwards is
 * what they do for the rest of their lives. Over when two windows in a row were no cheaper than one before.
 * @returns how many windows that took
 */
async function warmUp(options: FanOutOptions): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  let level = 0;
  for (let windows = 1; ; windows++) {
    const { cpuSecondsPerGB } = await measureFanOut(options);
    level = cpuSecondsPerGB < NO_CHEAPER * best ? 0 : level + 1;
    best = Math.min(best, cpuSecondsPerGB);
    if (level === 2 || windows === WARM_UP_WINDOWS_MAX) return windows;
  }
}
