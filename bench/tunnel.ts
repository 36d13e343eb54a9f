/**
 * One TCP stream machine – middle – machine: Causeway against OpenVPN over TCP and tinc over TCP, on the
 * same three hosts, in the same run, by turns.
 */
import { enterEnclosure } from '#lab/hosts/enclosure.ts';
import { Lab } from '#lab/hosts/lab.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { median } from '#lab/traffic/rates.ts';
import { BENCH_LAB, type Contender, type RunningTunnel, waitForAnswer } from './peers/contender.ts';
import { type Measurement, measure } from './peers/measure.ts';
import { openvpn } from './peers/openvpn.ts';
import { ours } from './peers/ours.ts';
import { tinc } from './peers/tinc.ts';

const CONTENDERS: readonly Contender[] = [ours, openvpn, tinc];
const ROUNDS = 3;
const STREAM_SECONDS = 5;

export interface TunnelBenchResult {
  /** Medians over the rounds; null for a peer that is not installed here. */
  readonly ours: Measurement | null;
  readonly openvpn: Measurement | null;
  readonly tinc: Measurement | null;
  readonly ratios: Ratios | null;
  readonly rounds: readonly Readonly<Partial<Record<Contender['name'], Measurement>>>[];
  /** Why something was not measured. */
  readonly absent: readonly string[];
}

/** Ours compared with the better of the peers, figure by figure. */
export interface Ratios {
  /** Times as fast: should be 4 or more. */
  readonly mbps: number;
  /** Share of the processor time per GB: should be 0.25 or less. */
  readonly cpuSecondsPerGB: number;
  /** Should be 1 or less. */
  readonly rttMs: number;
}

export const suite = {
  name: 'tunnel',
  summary: 'one TCP stream and its round trip, against OpenVPN and tinc over TCP',
  async run(options: { readonly json: boolean }): Promise<TunnelBenchResult> {
    const say = (line: string) => (options.json ? process.stderr : process.stdout).write(`${line}\n`);
    const obstacles = CONTENDERS.map(
      (contender) => [contender, obstacle([...LAB_COMMANDS, 'iperf3', ...contender.needs], say)] as const,
    );
    const enclosure = await enterEnclosure();
    const absent = obstacles.flatMap(([{ name }, why]) => (why === null ? [] : [`${name}: ${why}`]));
    for (const line of absent) say(line);
    const lab = await Lab.build(enclosure, BENCH_LAB);
    const running = new Map<Contender['name'], RunningTunnel>();
    for (const [contender, why] of obstacles) {
      if (why !== null) continue;
      const tunnel = await contender.start(lab);
      await waitForAnswer(lab, tunnel);
      running.set(contender.name, tunnel);
    }
    const rounds: Partial<Record<Contender['name'], Measurement>>[] = [];
    say(row('', 'Mbit/s', 'CPU-s/GB', 'machine CPU-s/GB', 'round trip ms'));
    for (let round = 1; round <= ROUNDS; round++) {
      const measured: Partial<Record<Contender['name'], Measurement>> = {};
      for (const [name, tunnel] of running) {
        measured[name] = await measure(lab, tunnel, STREAM_SECONDS);
        say(measurementRow(`round ${round}  ${name}`, measured[name]));
      }
      rounds.push(measured);
    }
    const medians = {
      ours: medianOf(rounds.flatMap((round) => round.ours ?? [])),
      openvpn: medianOf(rounds.flatMap((round) => round.openvpn ?? [])),
      tinc: medianOf(rounds.flatMap((round) => round.tinc ?? [])),
    };
    for (const [name, median] of Object.entries(medians)) {
      if (median !== null) say(measurementRow(`median   ${name}`, median));
    }
    const ratios = ratiosOf(medians.ours, [medians.openvpn, medians.tinc]);
    if (ratios !== null) say(inWords(ratios));
    return { ...medians, ratios, rounds, absent };
  },
};

function medianOf(measurements: readonly Measurement[]): Measurement | null {
  if (measurements.length === 0) return null;
  const of = (field: keyof Measurement) => median(measurements.map((measurement) => measurement[field]));
  return {
    mbps: of('mbps'),
    cpuSecondsPerGB: of('cpuSecondsPerGB'),
    machineCpuSecondsPerGB: of('machineCpuSecondsPerGB'),
    rttMs: of('rttMs'),
  };
}

function ratiosOf(own: Measurement | null, others: readonly (Measurement | null)[]): Ratios | null {
  const peers = others.filter((peer) => peer !== null);
  if (own === null || peers.length === 0) return null;
  // The rule compares with the faster peer's speed and the faster peer's processor time.
  const faster = peers.reduce((best, peer) => (peer.mbps > best.mbps ? peer : best));
  return {
    mbps: own.mbps / faster.mbps,
    cpuSecondsPerGB: own.cpuSecondsPerGB / faster.cpuSecondsPerGB,
    rttMs: own.rttMs / Math.min(...peers.map((peer) => peer.rttMs)),
  };
}

function inWords({ mbps, cpuSecondsPerGB, rttMs }: Ratios): string {
  return `\nours: ${mbps.toFixed(2)} times as fast as the faster peer, at ${(100 * cpuSecondsPerGB).toFixed(0)} % of its processor time per GB; round trip ${rttMs.toFixed(2)} times the best peer's`;
}

function measurementRow(label: string, { mbps, cpuSecondsPerGB, machineCpuSecondsPerGB, rttMs }: Measurement): string {
  return row(label, mbps.toFixed(0), cpuSecondsPerGB.toFixed(2), machineCpuSecondsPerGB.toFixed(2), rttMs.toFixed(3));
}

function row(label: string, ...cells: readonly string[]): string {
  return label.padEnd(20) + cells.map((cell) => cell.padStart(18)).join('');
}
