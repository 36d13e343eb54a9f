/**
 * What a receiver on a slow line does to the others, and to itself. m1 sends to m2 as fast as it can and
 * to m3, whose cable takes 5 Mbit/s, at the same time; all of it passes one connection of m1 to the relay.
 * The slow cable has a short queue of its own, so what a ping waits beyond that waits in the relay. The
 * floor is a cable of the same kind between m1 and m3 without any network in between.
 */
import type { Host } from '#lab/hosts/host.ts';
import { slowCable } from '#lab/hosts/lab.ts';
import { Contest } from '../contest.ts';
import { percentile, sendPings } from '../measure/pings.ts';
import { measureStreams, type StreamMeasurement } from '../measure/stream.ts';
import { directWire } from '../peers/contender.ts';
import { openvpn } from '../peers/openvpn.ts';
import { ours } from '../peers/ours.ts';
import { tailscale } from '../peers/tailscale.ts';
import { tinc } from '../peers/tinc.ts';
import { bar, Series, type Suite } from '../suite.ts';

const CONTENDERS = [ours, tailscale, openvpn, tinc];
const SLOW_MBPS = 5;
/** How long the slow one is loaded before anything is measured beside it: any queue has filled by then. */
const FILL_SECONDS = 3;
/** The slow stream ends this much later than what is measured beside it. */
const SPARE_SECONDS = 4;
const BESIDE = 'fast and slow';
const QUEUE = 'slow saturated';

export const suite: Suite = {
  name: 'slow-receiver',
  summary: `one sender to two receivers, one of them at ${SLOW_MBPS} Mbit/s: what the fast one keeps, how long the slow one’s queue is`,
  async run(options) {
    const contest = await Contest.open(CONTENDERS, 3, ['iperf3'], options);
    const [sender, fast, slow] = contest.site.machines;
    if (sender === undefined || fast === undefined || slow === undefined)
      throw new Error('the contest has three machines');
    await contest.lab.slowDown(slow.name, SLOW_MBPS);
    const floor = await slowWire(sender, slow);
    const seconds = options.quick ? 4 : 8;
    const series = new Series();

    const toFast = async (target: string) => (await streamTo(sender, fast, target, seconds)).mbps;
    /** The slow stream runs until `beside` is done, which gets the queue to itself first. */
    const saturated = async (name: string, target: string, beside: () => Promise<void>, besideSeconds: number) => {
      const length = FILL_SECONDS + seconds + besideSeconds + SPARE_SECONDS;
      const stream = streamTo(sender, slow, target, length);
      await new Promise((resolve) => setTimeout(resolve, FILL_SECONDS * 1000));
      const { roundTripsMs, lost } = await sendPings(sender, target, seconds);
      await beside();
      series.add(name, QUEUE, 'ping p50', 'ms', percentile(roundTripsMs, 0.5));
      series.add(name, QUEUE, 'ping p95', 'ms', percentile(roundTripsMs, 0.95));
      series.add(name, QUEUE, 'pings lost', '%', lost * 100);
      series.add(name, QUEUE, 'slow', 'Mbit/s', (await stream).mbps);
    };

    await contest.rounds(async ({ contender: { name }, network }, round) => {
      if (name === contest.entrants[0]?.contender.name) await saturated('bare cable', floor, async () => undefined, 0);
      const alone = await toFast(network.address(fast));
      await saturated(
        name,
        network.address(slow),
        async () => {
          const beside = await toFast(network.address(fast));
          series.add(name, BESIDE, 'fast alone', 'Mbit/s', alone);
          series.add(name, BESIDE, 'fast beside slow', 'Mbit/s', beside);
          series.add(name, BESIDE, 'kept', '%', (beside / alone) * 100);
        },
        seconds,
      );
      const words = ['kept', 'ping p95'].map((measure) => {
        const value = series.median(name, measure === 'kept' ? BESIDE : QUEUE, measure);
        return `${measure} ${value?.toFixed(0)}`;
      });
      options.say(`round ${round}  ${name}: ${words.join(', ')}`);
    });

    const wait = (measure: string) => {
      const [own, bare] = [series.median('ours', QUEUE, measure), series.median('bare cable', QUEUE, measure)];
      return own === null || bare === null ? null : own - bare;
    };
    const bars = [
      bar('the fast one beside the slow one keeps', '%', series.median('ours', BESIDE, 'kept'), 'higher', 90),
      bar('ping to the slow one beyond the bare cable’s, p95', 'ms', wait('ping p95'), 'lower', 250),
    ];
    return { figures: series.figures(), bars, absent: contest.absent };
  },
};

async function streamTo(from: Host, to: Host, target: string, seconds: number): Promise<StreamMeasurement> {
  return measureStreams({ from, to, target, seconds, streams: 1, programs: [] });
}

/** @returns the address of `to` on a cable of its own, as slow as the one that it has to the relay */
async function slowWire(from: Host, to: Host): Promise<string> {
  const [, address] = await directWire(from, to);
  await from.must(['tc', 'qdisc', 'add', 'dev', 'direct', 'root', ...slowCable(SLOW_MBPS)]);
  return address;
}
