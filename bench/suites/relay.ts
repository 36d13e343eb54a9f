/**
 * The relay alone: one synthetic machine sends to another through it, in processes of their own, over TLS.
 * What counts is what a second of the relay's processor time forwards, since here it shares two
 * processors with those that keep it busy.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, Program } from '#lab/hosts/host.ts';
import type { Login } from '../load/jobs.ts';
import { Part } from '../load/part.ts';
import { openRelayLab } from '../peers/relays.ts';
import { bar, ratio, Series, type Suite } from '../suite.ts';

/**
 * Bytes of payload; each relay puts its own header before it. The largest is the most that DERP takes. With
 * one pair the relay often has one frame at a time; with several it can do more in one go.
 */
const LOADS = [
  { load: '64 B', payloadBytes: 64, pairs: 1 },
  { load: '1,400 B', payloadBytes: 1_400, pairs: 1 },
  { load: '1,400 B, 8 pairs', payloadBytes: 1_400, pairs: 8 },
  { load: '16,384 B', payloadBytes: 16_384, pairs: 1 },
  { load: '65,536 B', payloadBytes: 65_536, pairs: 1 },
] as const;
/** As much as a Linux TCP receive window holds by default (half of tcp_rmem's 6 MiB). */
const WINDOW_BYTES = 3 * 1_048_576;
/** Packets ready together share a tunnel message: more small frames than this are never under way. */
const WINDOW_FRAMES = 1_024;
const WARM_UP_MS = 1_000;

export const suite: Suite = {
  name: 'relay',
  summary: 'the relay alone, ours and derper: what a second of its processor time forwards, by frame size',
  async run(options) {
    const { machines, relays, absent } = await openRelayLab(options);
    const series = new Series();
    for (let round = 1; round <= options.rounds; round++) {
      for (const { name, restart, login } of relays) {
        const program = await restart();
        for (const { load, ...flows } of LOADS) {
          const measured = await measure(program, login, machines, flows, options.quick ? 2_000 : 4_000);
          series.add(name, load, 'speed', 'Gbit/s', measured.gigabits / measured.seconds);
          series.add(name, load, 'frames', '1/s', measured.frames / measured.seconds);
          series.add(name, load, 'speed per core', 'Gbit/s', measured.gigabits / measured.cpuSeconds);
          series.add(name, load, 'frames per core', '1/s', measured.frames / measured.cpuSeconds);
          series.add(name, load, 'relay time', 'CPU-s/GB', (8 * measured.cpuSeconds) / measured.gigabits);
          series.add(name, load, 'relay busy', 'cores', measured.cpuSeconds / measured.seconds);
          series.add(name, load, 'dropped', '%', measured.droppedShare * 100);
          options.say(`round ${round}  ${name}  ${load}: ${inWords(measured)}`);
        }
        await program.end('SIGKILL');
      }
    }
    const compared = (load: (typeof LOADS)[number]['load']) =>
      ratio(series.median('ours', load, 'frames per core'), series.median('derper', load, 'frames per core'));
    const bars = [
      bar(
        '65,536 B, forwarded per relay core',
        'Gbit/s',
        series.median('ours', '65,536 B', 'speed per core'),
        'higher',
        4,
      ),
      bar('1,400 B, frames per core, times derper’s', '', compared('1,400 B'), 'higher', 1),
      bar('1,400 B, 8 pairs, frames per core, times derper’s', '', compared('1,400 B, 8 pairs'), 'higher', 1),
    ];
    return { figures: series.figures(), bars, absent };
  },
};

interface Measured {
  readonly seconds: number;
  readonly frames: number;
  readonly gigabits: number;
  /** Of the relay's processes. */
  readonly cpuSeconds: number;
  /** Of the frames that were sent before the last one that arrived. */
  readonly droppedShare: number;
}

async function measure(
  relay: Program,
  login: Login,
  [left, right]: readonly [Host, Host],
  { payloadBytes, pairs }: { readonly payloadBytes: number; readonly pairs: number },
  durationMs: number,
): Promise<Measured> {
  const windowFrames = Math.floor(Math.min(WINDOW_FRAMES, WINDOW_BYTES / payloadBytes) / pairs);
  using receiver = await Part.start(right, { role: 'receive', login, pairs, payloadBytes });
  using _sender = await Part.start(left, { role: 'send', login, pairs, payloadBytes, windowFrames });
  await sleep(WARM_UP_MS);
  const look = async () => ({ ...(await receiver.counts()), at: performance.now(), cpu: relay.usage().cpuSeconds });
  const before = await look();
  await sleep(durationMs);
  const after = await look();
  const frames = after.frames - before.frames;
  return {
    seconds: (after.at - before.at) / 1_000,
    frames,
    gigabits: (frames * payloadBytes * 8) / 1e9,
    cpuSeconds: after.cpu - before.cpu,
    droppedShare: 1 - frames / (after.sequence - before.sequence),
  };
}

function inWords({ seconds, frames, gigabits, cpuSeconds, droppedShare }: Measured): string {
  return (
    `${(gigabits / seconds).toFixed(2)} Gbit/s, ${(frames / seconds).toFixed(0)} frames/s; per relay core ` +
    `${(gigabits / cpuSeconds).toFixed(2)} Gbit/s, ${(frames / cpuSeconds).toFixed(0)} frames/s; ` +
    `${(cpuSeconds / seconds).toFixed(2)} cores, ${(droppedShare * 100).toFixed(2)} % dropped`
  );
}
