/**
 * What the desktop application costs while it is looked at, and while it is not: memory and processor time
 * of all its processes with 200 peers in session, whose agent speaks every second. On a real Electron; which
 * one is said in the figures.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildDesktop } from '#build/desktop.ts';
import { ROOT } from '#build/portal-config.ts';
import { DESK_COMMANDS, Desk } from '#lab/desktop/desk.ts';
import { DesktopApplication } from '#lab/desktop/desktop-application.ts';
import { electronRuntime } from '#lab/desktop/electron-runtime.ts';
import { enterEnclosure } from '#lab/hosts/enclosure.ts';
import type { Program } from '#lab/hosts/host.ts';
import { Lab } from '#lab/hosts/lab.ts';
import { usageOf } from '#lab/hosts/processes.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { median } from '#lab/traffic/rates.ts';
import { playAgent } from '../load/played-agent.ts';
import { usageOfFamily } from '../measure/family.ts';
import { benchLab } from '../peers/contender.ts';
import { bar, Series, type Suite } from '../suite.ts';

const PEERS = 200;
/** Open and hidden together. */
const MINUTES = { quick: 1, whole: 3 };
/** For what the start leaves to be done, before anything counts. */
const SETTLE_MS = { quick: 10_000, whole: 20_000 };
/** A median over windows forgives this computer a bad moment. */
const WINDOW_MS = 10_000;
/** What a wake costs here by itself: it does nothing, as often as the hidden application does something. */
const BARE_NAME = 'a bare Node, three wakes a second';
const BARE = 'setInterval(() => undefined, 333)';
const MIB = 1_024 * 1_024;
const [OPEN, HIDDEN] = ['window open', 'window hidden'];
const PICTURES = join(ROOT, 'dist/pictures/desktop-bench');
/** The page keeps two minutes of traffic: memory that fills them is no growth, and is left out of it. */
const FILLED_AFTER_MS = 120_000;
/** Less says nothing of growth: figures only, no verdict. */
const GROWTH_FROM_MS = 240_000;
const BARS = { hiddenCpu: 0.5, firstPaintMs: 1_000, pageKilobytes: 300, growth: 5 };

export const suite: Suite = {
  name: 'desktop',
  summary: 'memory and processor time of the desktop application with 200 peers, window open and hidden',
  async run(options) {
    const runtime = electronRuntime();
    const why = typeof runtime === 'string' ? runtime : obstacle([...LAB_COMMANDS, ...DESK_COMMANDS], options.say);
    if (typeof runtime === 'string' || why !== null) throw new Error(why ?? 'no Electron');
    const { windowGzipBytes } = await buildDesktop();
    const lab = await Lab.build(await enterEnclosure(), benchLab(1));
    const host = lab.host('m1');
    const socket = join(lab.directory, 'played/agent.sock');
    await using _agent = await playAgent(socket, PEERS);
    const contender = `Electron ${runtime.version}`;
    const desk = await Desk.open(host, PICTURES);
    const series = new Series();
    const note = (load: string, measure: string, unit: string, value: number) =>
      series.add(contender, load, measure, unit, value);

    const application = await DesktopApplication.start({
      host,
      desk,
      runtime,
      directory: lab.directory,
      words: [`--socket=${socket}`],
    });
    const { page, program } = application;
    await page.getByText('Connected', { exact: true }).first().waitFor();
    const firstPaint = Number(await page.evaluate(FIRST_PAINT));
    note('start', 'first paint of the page', 'ms', firstPaint);
    note('start', 'its page, compressed', 'KB', windowGzipBytes / 1_000);
    // Whoever watches by the DevTools costs something.
    await application.letGo();
    const settle = options.quick ? SETTLE_MS.quick : SETTLE_MS.whole;
    const forMs = ((options.minutes ?? (options.quick ? MINUTES.quick : MINUTES.whole)) * 60_000) / 2;
    const bare = host.spawn('bare', [process.execPath, '--eval', BARE]);
    for (const load of [OPEN, HIDDEN]) {
      if (load === HIDDEN) await desk.closeWindow('Causeway');
      await sleep(settle);
      await desk.picture(load.replaceAll(' ', '-'));
      const watched = await watch(program, bare, forMs);
      for (const percent of watched.cpuPercents) note(load, 'processor', '%', percent);
      for (const percent of watched.barePercents) series.add(BARE_NAME, load, 'processor', '%', percent);
      note(load, 'memory', 'MiB', watched.mebibytes);
      note(load, 'growth', '%', watched.growth);
      note(load, 'processes', '', watched.processes);
      options.say(
        `${load}: ${median(watched.cpuPercents).toFixed(2)} % of a core (${BARE_NAME}: ${median(watched.barePercents).toFixed(2)} %), ` +
          `${watched.mebibytes.toFixed(0)} MiB in ${watched.processes} processes, ${watched.growth.toFixed(1)} % growth`,
      );
    }
    const got = (load: string, measure: string) => series.median(contender, load, measure);
    const growth = (load: string) =>
      bar(
        `${load}: growth of memory once the charts are full, first half to second`,
        '%',
        got(load, 'growth'),
        'lower',
        BARS.growth,
      );
    const growthIsKnown = forMs >= GROWTH_FROM_MS;
    if (!growthIsKnown) options.say('too short to judge growth by: --minutes 8 or more does');
    return {
      figures: series.figures(),
      bars: [
        bar(
          'hidden: processor time of all processes, of one core',
          '%',
          got(HIDDEN, 'processor'),
          'lower',
          BARS.hiddenCpu,
        ),
        ...(growthIsKnown ? [OPEN, HIDDEN].map(growth) : []),
        bar('first paint of the page', 'ms', firstPaint, 'lower', BARS.firstPaintMs),
        bar('the page, compressed', 'KB', windowGzipBytes / 1_000, 'lower', BARS.pageKilobytes),
      ],
      absent: [],
    };
  },
};

/** Since the page was asked for. */
const FIRST_PAINT = `performance.getEntriesByName('first-contentful-paint')[0].startTime`;

interface Watched {
  /** Of a core, window by window. */
  readonly cpuPercents: readonly number[];
  readonly barePercents: readonly number[];
  readonly mebibytes: number;
  /** Once the charts are full: per cent of the memory in the first half of what is left, to the second. */
  readonly growth: number;
  readonly processes: number;
}

async function watch(program: Program, bare: Program, forMs: number): Promise<Watched> {
  const take = () => ({
    at: performance.now(),
    family: usageOfFamily(program.pid),
    bareSeconds: usageOf(bare.pid).cpuSeconds,
  });
  const samples = [take()];
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    await sleep(WINDOW_MS);
    if (!program.running) throw new Error(`the application ended\n${program.tail(40)}`);
    samples.push(take());
  }
  const percents = (cpuSeconds: (sample: (typeof samples)[number]) => number) =>
    samples.slice(1).map((sample, index) => {
      const before = samples[index] ?? sample;
      return ((cpuSeconds(sample) - cpuSeconds(before)) / (sample.at - before.at)) * 1_000 * 100;
    });
  const bytes = samples.map(({ family }) => family.bytes);
  const since = samples[0]?.at ?? 0;
  const full = samples.filter(({ at }) => at - since >= FILLED_AFTER_MS).map(({ family }) => family.bytes);
  const judged = full.length >= 2 ? full : bytes;
  const half = Math.ceil(judged.length / 2);
  const [first, last] = [median(judged.slice(0, half)), median(judged.slice(half))];
  return {
    cpuPercents: percents(({ family }) => family.cpuSeconds),
    barePercents: percents(({ bareSeconds }) => bareSeconds),
    mebibytes: median(bytes) / MIB,
    growth: (last / first - 1) * 100,
    processes: samples.at(-1)?.family.processes ?? 0,
  };
}
