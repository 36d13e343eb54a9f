/**
 * How long small packets take to the other machine and back: rarely sent, often sent, and behind a bulk
 * transfer. The pace decides more than the program: between two packets a fifth of a second apart a
 * processor shared with others forgets all code and data.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from '#lab/hosts/host.ts';
import { Contest, type Entrant } from '../contest.ts';
import { percentile } from '../measure/percentiles.ts';
import { measureRoundTrips, type Probing, type RoundTrips } from '../measure/round-trips.ts';
import { measureStreams } from '../measure/stream.ts';
import { nebula } from '../peers/nebula.ts';
import { measureChain, nodeChain } from '../peers/node-chain.ts';
import { openvpn } from '../peers/openvpn.ts';
import { ours } from '../peers/ours.ts';
import { tailscale } from '../peers/tailscale.ts';
import { tinc } from '../peers/tinc.ts';
import { veth } from '../peers/veth.ts';
import { wireguard } from '../peers/wireguard.ts';
import { type Bar, bar, ratio, Series, type Suite } from '../suite.ts';

const CONTENDERS = [ours, tailscale, openvpn, tinc, nebula, nodeChain, wireguard, veth];
const PERCENTS = [50, 95, 99] as const;
const [IDLE, WARM, BUSY, EQUAL] = ['idle', 'warm', 'under a stream', 'under a stream as fast as Tailscale’s'] as const;

/**
 * Enough for a just-in-time compiler to have seen all it needs: once for each contender. After 3,000 V8's threads still
 * compiled, and stood in the way of half of the packets that took longest (perf, 2026-11-29); after 11,000 hardly any more.
 */
const FIRST_WARM_UP: Probing = { pauseMs: 1, count: 12_000 };
/** Before each measurement with warm processes, since the others have had their turns meanwhile. */
const WARM_UP: Probing = { pauseMs: 1, count: 500 };
/** What the stream needs to fill all queues, on top of what it leaves out itself. */
const STREAM_LEAD_MS = 1_500;

interface Loads {
  readonly idle: Probing;
  readonly warm: Probing;
  readonly busy: Probing;
}

const LOADS: Loads = {
  idle: { pauseMs: 200, count: 25 },
  warm: { pauseMs: 2, count: 2_000 },
  busy: { pauseMs: 20, count: 250 },
};
const QUICK_LOADS: Loads = {
  idle: { pauseMs: 200, count: 10 },
  warm: { pauseMs: 2, count: 1_000 },
  busy: { pauseMs: 20, count: 100 },
};

export const suite: Suite = {
  name: 'latency',
  summary: 'round trips of small packets through the relay: idle, warm and beside a saturating stream',
  async run(options) {
    const contest = await Contest.open(CONTENDERS, 2, ['iperf3', 'fping'], options);
    const [left, right] = contest.site.machines;
    if (left === undefined || right === undefined) throw new Error('the contest has two machines');
    const loads = options.quick ? QUICK_LOADS : LOADS;
    const series = new Series();
    const added = new AddedOverRaw();
    for (const entrant of contest.entrants) await probe(entrant, left, right, FIRST_WARM_UP);
    await contest.rounds(async (entrant, round) => {
      const { name } = entrant.contender;
      const noteOf = (who: string, load: string, trips: RoundTrips) => {
        for (const percent of PERCENTS) series.add(who, load, `p${percent}`, 'ms', percentile(trips.times, percent));
        series.add(who, load, 'lost', '%', (100 * trips.lost) / (trips.lost + trips.times.length));
        options.say(`round ${round}  ${who}  ${load}: ${inWords(trips)}`);
      };
      const note = (load: string, trips: RoundTrips) => noteOf(name, load, trips);
      const noteBeside = (who: string, load: string, { trips, mbps }: { trips: RoundTrips; mbps: number }) => {
        noteOf(who, load, trips);
        series.add(who, load, 'stream', 'Mbit/s', mbps);
      };
      note(IDLE, await probe(entrant, left, right, loads.idle));
      await probe(entrant, left, right, WARM_UP);
      const warm = await probe(entrant, left, right, loads.warm);
      note(WARM, warm);
      added.note(round, name, warm);
      if (entrant.contender === nodeChain) return; // it can not carry a stream
      const beside = await probeBesideStream(entrant, left, right, loads.busy);
      noteBeside(name, BUSY, beside);
      // A stream that is ten times as fast takes the processors from everybody: the same work, for comparison.
      const causeway = contest.entrants.find(({ contender }) => contender === ours);
      if (entrant.contender !== tailscale || causeway === undefined) return;
      noteBeside(name, EQUAL, beside);
      await probe(causeway, left, right, WARM_UP);
      noteBeside(ours.name, EQUAL, await probeBesideStream(causeway, left, right, loads.busy, beside.mbps));
    });
    added.addTo(series);
    return { figures: series.figures(), bars: barsOf(series), absent: contest.absent };
  },
};

function barsOf(series: Series): Bar[] {
  const toTailscale = (load: string, measure: string) =>
    ratio(series.median('ours', load, measure), series.median('tailscale', load, measure));
  const p50 = toTailscale(WARM, 'p50 added over raw');
  return [
    bar('warm, p50 added over raw as a share of Tailscale over DERP’s', '', p50, 'lower', 1),
    bar('warm, p50 added over raw as a share of Tailscale over DERP’s (aim)', '', p50, 'lower', 0.5),
    bar(
      'warm, p99 added over raw as a share of Tailscale over DERP’s',
      '',
      toTailscale(WARM, 'p99 added over raw'),
      'lower',
      1,
    ),
    bar('under a stream, p95', 'ms', series.median('ours', BUSY, 'p95'), 'lower', 5),
    bar('under a stream, p95 as a share of Tailscale over DERP’s', '', toTailscale(BUSY, 'p95'), 'lower', 0.5),
    bar('under a stream of the same speed, p95 as a share of its', '', toTailscale(EQUAL, 'p95'), 'lower', 0.5),
  ];
}

async function probe({ contender, network }: Entrant, from: Host, to: Host, probing: Probing): Promise<RoundTrips> {
  const measure = contender === nodeChain ? measureChain : measureRoundTrips;
  return measure(from, network.address(to), probing);
}

/** The packets go the same way as the bulk, and their answers the other one. @param mbpsAtMost no bound when not given */
async function probeBesideStream(
  entrant: Entrant,
  from: Host,
  to: Host,
  probing: Probing,
  mbpsAtMost?: number,
): Promise<{ trips: RoundTrips; mbps: number }> {
  const { network } = entrant;
  const target = network.address(to);
  const seconds = Math.ceil((STREAM_LEAD_MS + probing.pauseMs * probing.count) / 1_000);
  const [{ mbps }, trips] = await Promise.all([
    measureStreams({ from, to, target, seconds, streams: 1, mbpsAtMost, programs: network.programs }),
    pause(STREAM_LEAD_MS).then(() => probe(entrant, from, to, probing)),
  ]);
  return { trips, mbps };
}

/** What each contender adds to the round trip over the raw cable in the same round, warm. */
class AddedOverRaw {
  readonly #trips = new Map<number, Map<string, RoundTrips>>();

  note(round: number, contender: string, trips: RoundTrips): void {
    const known = this.#trips.get(round) ?? new Map<string, RoundTrips>();
    this.#trips.set(round, known.set(contender, trips));
  }

  addTo(series: Series): void {
    for (const contenders of this.#trips.values()) {
      const raw = contenders.get(veth.name);
      if (raw === undefined) continue;
      for (const [name, trips] of contenders) {
        if (trips === raw) continue;
        for (const percent of [50, 99]) {
          const over = percentile(trips.times, percent) - percentile(raw.times, percent);
          series.add(name, WARM, `p${percent} added over raw`, 'ms', over);
        }
      }
    }
  }
}

function inWords({ times, lost }: RoundTrips): string {
  const values = PERCENTS.map((percent) => `p${percent} ${percentile(times, percent).toFixed(3)}`);
  return `${values.join(', ')} ms${lost > 0 ? `, ${lost} lost` : ''}`;
}
