/**
 * The relay alone: one synthetic sender and one receiver in processes of their own, over TLS on loopback,
 * with a window of frames under way as TCP inside a tunnel would have. Reports what the relay forwards
 * and what it, the sender and the receiver pay for it. The last row has no window: a sender faster than
 * the receiver, to see what is dropped.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DROP_REASONS } from '#relay-server/relay/metrics.ts';
import type { FromPart, Load, ToPart, Usage } from './relay-parts.ts';

const MIB = 1_048_576;
const GB = 1e9;
/** As much as a Linux TCP receive window holds by default (half of tcp_rmem's 6 MiB). */
const WINDOW_BYTES = 3 * MIB;
/** Under a machine's tunnel, packets ready together share a frame: more small frames than this never wait. */
const WINDOW_FRAMES = 1_024;
const WARM_UP_MS = 1_000;

export interface RelayBenchOptions {
  readonly json: boolean;
  /** How long each row measures, milliseconds. */
  readonly durationMs?: number;
}

export interface RelayBenchRow {
  readonly frameBytes: number;
  readonly windowed: boolean;
  readonly gigabitsPerSecond: number;
  readonly framesPerSecond: number;
  readonly relayFramesPerCpuSecond: number;
  readonly relayCpuSecondsPerGB: number;
  readonly senderCpuSecondsPerGB: number;
  readonly receiverCpuSecondsPerGB: number;
  /** Of all frames that reached the relay. */
  readonly droppedShare: number;
  readonly relayRssMiB: number;
}

const SIZES = [64, 1_400, 16_384, 65_536];
const FLOOD_BYTES = 65_536;

export const suite = {
  name: 'relay',
  summary: 'the relay alone: throughput and CPU by frame size, with synthetic machines over TLS',
  async run(options: RelayBenchOptions): Promise<{ rows: RelayBenchRow[] }> {
    const loads: Load[] = [
      ...SIZES.map((frameBytes) => ({
        frameBytes,
        window: Math.min(WINDOW_FRAMES, Math.floor(WINDOW_BYTES / frameBytes)),
      })),
      { frameBytes: FLOOD_BYTES, window: Number.MAX_SAFE_INTEGER },
    ];
    const rows: RelayBenchRow[] = [];
    for (const load of loads) {
      const row = await measure(load, options.durationMs ?? 3_000);
      rows.push(row);
      if (!options.json) console.log(inWords(row));
    }
    if (options.json) console.log(JSON.stringify({ rows }));
    return { rows };
  },
};

async function measure(load: Load, durationMs: number): Promise<RelayBenchRow> {
  const parts: [Part, Part, Part] = [new Part('host'), new Part('receive'), new Part('send')];
  try {
    return await measureWith(parts, load, durationMs);
  } finally {
    await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()));
  }
}

async function measureWith(
  [host, receiver, sender]: readonly [Part, Part, Part],
  load: Load,
  durationMs: number,
): Promise<RelayBenchRow> {
  const logins = await host.next('ready');
  if (logins.sender === undefined || logins.receiver === undefined) throw new Error('the host gave no logins');
  receiver.tell({ type: 'start', login: logins.receiver, load });
  await receiver.next('ready');
  sender.tell({ type: 'start', login: logins.sender, load });
  await sender.next('ready');
  await sleep(WARM_UP_MS);
  const before = await usages([host, receiver, sender]);
  const from = performance.now();
  await sleep(durationMs);
  const after = await usages([host, receiver, sender]);
  const seconds = (performance.now() - from) / 1000;
  const [relayCpu, receiverCpu, senderCpu] = after.map((usage, i) => usage.cpuSeconds - (before[i]?.cpuSeconds ?? 0));
  const frames = (after[1]?.frames ?? 0) - (before[1]?.frames ?? 0);
  const gigabytes = (frames * load.frameBytes) / GB;
  return {
    frameBytes: load.frameBytes,
    windowed: load.window < Number.MAX_SAFE_INTEGER,
    gigabitsPerSecond: (gigabytes * 8) / seconds,
    framesPerSecond: frames / seconds,
    relayFramesPerCpuSecond: frames / (relayCpu ?? Number.NaN),
    relayCpuSecondsPerGB: (relayCpu ?? Number.NaN) / gigabytes,
    senderCpuSecondsPerGB: (senderCpu ?? Number.NaN) / gigabytes,
    receiverCpuSecondsPerGB: (receiverCpu ?? Number.NaN) / gigabytes,
    droppedShare: droppedShare(before[0], after[0]),
    relayRssMiB: (after[0]?.rssBytes ?? Number.NaN) / MIB,
  };
}

function droppedShare(before: Usage | undefined, after: Usage | undefined): number {
  if (before?.relay === undefined || after?.relay === undefined) return Number.NaN;
  let dropped = 0;
  for (const reason of DROP_REASONS)
    dropped += after.relay.dropped[reason].frames - before.relay.dropped[reason].frames;
  return dropped / (after.relay.in.frames - before.relay.in.frames);
}

async function usages(parts: readonly Part[]): Promise<Usage[]> {
  return await Promise.all(
    parts.map(async (part) => {
      part.tell({ type: 'usage' });
      return (await part.next('usage')).usage;
    }),
  );
}

/** One process of the benchmark. */
class Part implements AsyncDisposable {
  readonly #process: ChildProcess;

  constructor(role: string) {
    this.#process = fork(fileURLToPath(import.meta.resolve('./relay-parts.ts')), [role]);
  }

  tell(message: ToPart): void {
    this.#process.send(message);
  }

  next<Type extends FromPart['type']>(type: Type): Promise<Extract<FromPart, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: FromPart) => {
        if (message.type !== type) return;
        this.#process.off('message', onMessage).off('exit', onExit);
        resolve(message as Extract<FromPart, { type: Type }>);
      };
      const onExit = () => reject(new Error('a process of the benchmark ended early'));
      this.#process.on('message', onMessage).once('exit', onExit);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.tell({ type: 'stop' });
    await once(this.#process, 'exit');
  }
}

function inWords(row: RelayBenchRow): string {
  const of = (value: number, digits = 2) => value.toFixed(digits);
  return (
    `${String(row.frameBytes).padStart(6)} B ${row.windowed ? 'windowed' : 'flood   '} ${of(row.gigabitsPerSecond)} Gbit/s, ` +
    `${of(row.framesPerSecond, 0)} frames/s (${of(row.relayFramesPerCpuSecond, 0)} a relay CPU-second), CPU-s/GB: relay ` +
    `${of(row.relayCpuSecondsPerGB)}, sender ${of(row.senderCpuSecondsPerGB)}, receiver ${of(row.receiverCpuSecondsPerGB)}; ` +
    `dropped ${of(row.droppedShare * 100, 3)} %, relay RSS ${of(row.relayRssMiB, 0)} MiB`
  );
}

if (process.argv[1] === import.meta.filename) await suite.run({ json: process.argv.includes('--json') });
