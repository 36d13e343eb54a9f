/**
 * How fast bulk TCP is through the relay, and what it costs.
 */
import { Contest } from '../contest.ts';
import { measureStreams } from '../measure/stream.ts';
import { nebula } from '../peers/nebula.ts';
import { openvpn } from '../peers/openvpn.ts';
import { ours } from '../peers/ours.ts';
import { tailscale } from '../peers/tailscale.ts';
import { tinc } from '../peers/tinc.ts';
import { veth } from '../peers/veth.ts';
import { wireguard } from '../peers/wireguard.ts';
import { bar, ratio, Series, type Suite } from '../suite.ts';

const CONTENDERS = [ours, tailscale, openvpn, tinc, nebula, wireguard, veth];
/** The name of each is the load's. */
const LOADS = [
  { load: '1 stream', streams: 1, back: false },
  { load: '1 stream back', streams: 1, back: true },
  { load: '8 streams', streams: 8, back: false },
  { load: '8 streams back', streams: 8, back: true },
] as const;

export const suite: Suite = {
  name: 'tunnel',
  summary: 'TCP throughput through the relay, 1 and 8 streams, both directions, and its processor time',
  async run(options) {
    const contest = await Contest.open(CONTENDERS, 2, ['iperf3'], options);
    const [left, right] = contest.site.machines;
    if (left === undefined || right === undefined) throw new Error('the contest has two machines');
    const series = new Series();
    await contest.rounds(async ({ contender: { name }, network }, round) => {
      for (const { load, streams, back } of LOADS) {
        const [from, to] = back ? [right, left] : [left, right];
        const { mbps, cpuSecondsPerGB, machineCpuSecondsPerGB } = await measureStreams({
          from,
          to,
          target: network.address(to),
          seconds: options.quick ? 2 : 5,
          streams,
          programs: network.programs,
        });
        series.add(name, load, 'speed', 'Mbit/s', mbps);
        series.add(name, load, 'processes', 'CPU-s/GB', cpuSecondsPerGB);
        series.add(name, load, 'machine', 'CPU-s/GB', machineCpuSecondsPerGB);
        options.say(
          `round ${round}  ${name}  ${load}: ${mbps.toFixed(0)} Mbit/s, ${cpuSecondsPerGB.toFixed(2)} CPU-s/GB`,
        );
      }
    });
    const times = (load: string, peer: string) =>
      ratio(series.median('ours', load, 'speed'), series.median(peer, load, 'speed'));
    const bars = [
      bar('1 stream, times as fast as Tailscale over DERP', '', times('1 stream', 'tailscale'), 'higher', 4),
      bar('1 stream, times as fast as OpenVPN over TCP', '', times('1 stream', 'openvpn'), 'higher', 5),
      bar('1 stream, times as fast as tinc', '', times('1 stream', 'tinc'), 'higher', 5),
      bar('1 stream, share of raw veth (aim)', '', times('1 stream', 'veth'), 'higher', 0.2),
      bar('8 streams, times as fast as Tailscale over DERP', '', times('8 streams', 'tailscale'), 'higher', 4),
      bar(
        '1 stream, processor time per GB as a share of Tailscale over DERP’s',
        '',
        ratio(series.median('ours', '1 stream', 'processes'), series.median('tailscale', '1 stream', 'processes')),
        'lower',
        0.25,
      ),
    ];
    return { figures: series.figures(), bars, absent: contest.absent };
  },
};
