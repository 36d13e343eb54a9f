/**
 * Traffic of small packets: requests and answers over TCP, one at a time, and UDP datagrams at the greatest
 * rate at which hardly any is lost.
 */
import type { Host } from '#lab/hosts/host.ts';
import { Contest, type Entrant } from '../contest.ts';
import { type DatagramMeasurement, measureDatagrams } from '../measure/datagrams.ts';
import { greatestRate, type Search } from '../measure/greatest-rate.ts';
import { measureRequests } from '../measure/requests.ts';
import { nebula } from '../peers/nebula.ts';
import { openvpn } from '../peers/openvpn.ts';
import { ours } from '../peers/ours.ts';
import { tailscale } from '../peers/tailscale.ts';
import { tinc } from '../peers/tinc.ts';
import { veth } from '../peers/veth.ts';
import { wireguard } from '../peers/wireguard.ts';
import { type Absent, type Bar, bar, ratio, Series, type Suite } from '../suite.ts';

const CONTENDERS = [ours, tailscale, openvpn, tinc, nebula, wireguard, veth];
const REQUESTS = 'TCP, one request at a time';
/** Payload of a datagram; the greater one fits the least MTU of all contenders, 1,280 bytes. */
const SIZES = [
  { bytes: 200, load: 'UDP, 200 bytes' },
  { bytes: 1_200, load: 'UDP, 1,200 bytes' },
] as const;
const LARGE = SIZES[1].load;

/** Counts as without loss. */
const TOLERATED_LOSS = 0.001;
/**
 * Of the rate asked for: sender and network have to keep up with it. What is short of it at the end is in a
 * queue, which would be lost in a longer run.
 */
const LEAST_SHARE = 0.95;
const FIRST_SEARCH: Search = { start: 20_000, step: 2, tries: 7, precision: 1.1 };
/** From what the round before has found. */
const NEXT_SEARCH: Omit<Search, 'start'> = { step: 1.3, tries: 4, precision: 1.1 };

export const suite: Suite = {
  name: 'small',
  summary: 'small packets through the relay: TCP requests a second, UDP datagrams a second without loss',
  async run(options) {
    const contest = await Contest.open(CONTENDERS, 2, ['iperf3', 'sockperf'], options);
    const [from, to] = contest.site.machines;
    if (from === undefined || to === undefined) throw new Error('the contest has two machines');
    const series = new Series();
    const absent: Absent[] = [...contest.absent];
    const rates = new LosslessRates(from, to);
    await contest.rounds(async (entrant, round) => {
      const { contender, network } = entrant;
      const requests = await measureRequests({ from, to, target: network.address(to), seconds: options.quick ? 1 : 2 });
      series.add(contender.name, REQUESTS, 'requests', '1/s', requests);
      options.say(`round ${round}  ${contender.name}  ${REQUESTS}: ${requests.toFixed(0)} a second`);
      for (const { bytes, load } of SIZES) {
        const best = await rates.find(entrant, bytes);
        if (best === null) {
          absent.push({
            contender: contender.name,
            why: `${load}, round ${round}: lost datagrams at every rate tried`,
          });
          continue;
        }
        series.add(contender.name, load, 'packets', '1/s', best.received);
        // The bound without processes has no processor time to speak of.
        if (network.programs.length > 0)
          series.add(contender.name, load, 'processes', 'CPU-s per million', best.cpuSecondsPerMillion);
        options.say(`round ${round}  ${contender.name}  ${load}: ${best.received.toFixed(0)} packets a second`);
      }
    });
    return { figures: series.figures(), bars: barsOf(series), absent };
  },
};

/** Looks for the greatest rate without loss, and remembers where to look next time. */
class LosslessRates {
  readonly #from: Host;
  readonly #to: Host;
  readonly #found = new Map<string, number>();

  constructor(from: Host, to: Host) {
    this.#from = from;
    this.#to = to;
  }

  /** @returns null when datagrams were lost at every rate that was tried */
  async find({ contender, network }: Entrant, bytes: number): Promise<DatagramMeasurement | null> {
    const [from, to] = [this.#from, this.#to];
    const path = { from, to, target: network.address(to), programs: network.programs };
    const key = `${contender.name}, ${bytes}`;
    const start = this.#found.get(key);
    const search = start === undefined ? FIRST_SEARCH : { ...NEXT_SEARCH, start };
    const best = await greatestRate(search, async (packetsPerSecond) => {
      const measured = await measureDatagrams({ ...path, bytes, packetsPerSecond, seconds: 1 });
      return measured !== null && isLossless(measured, packetsPerSecond) ? measured : null;
    });
    if (best !== null) this.#found.set(key, best.rate);
    return best?.result ?? null;
  }
}

function isLossless({ sent, received, lost }: DatagramMeasurement, wanted: number): boolean {
  return lost <= TOLERATED_LOSS && sent >= LEAST_SHARE * wanted && received >= LEAST_SHARE * sent;
}

function barsOf(series: Series): Bar[] {
  const times = (load: string, measure: string) =>
    ratio(series.median('ours', load, measure), series.median('tailscale', load, measure));
  const requests = times(REQUESTS, 'requests');
  const packets = times(LARGE, 'packets');
  return [
    bar('TCP requests, times as many as Tailscale over DERP', '', requests, 'higher', 1),
    bar('TCP requests, times as many as Tailscale over DERP (aim)', '', requests, 'higher', 1.5),
    bar(`${LARGE} without loss, times as many as Tailscale over DERP`, '', packets, 'higher', 1),
    bar(`${LARGE} without loss, times as many as Tailscale over DERP (aim)`, '', packets, 'higher', 2),
  ];
}
