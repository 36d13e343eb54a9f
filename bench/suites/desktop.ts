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
import { Lab } from '#lab/hosts/lab.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { median } from '#lab/traffic/rates.ts';
import { playAgent } from '../load/played-agent.ts';
import { type FamilyUsage, usageOfFamily } from '../measure/family.ts';
import { benchLab } from '../peers/contender.ts';
import { bar, Series, type Suite, type SuiteOptions } from '../suite.ts';

const PEERS = 200;
/** Open and hidden together. */
const MINUTES = { quick: 1, whole: 3 };
/** For what the start leaves to be done, before anything counts. */
const SETTLE_MS = { quick: 10_000, whole: 20_000 };
const SAMPLE_MS = 2_000;
const MIB = 1_024 * 1_024;
const [OPEN, HIDDEN] = ['window open', 'window hidden'];
const PICTURES = join(ROOT, 'dist/pictures/desktop-bench');
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
    for (const load of [OPEN, HIDDEN]) {
      if (load === HIDDEN) await desk.closeWindow('Causeway');
      await sleep(settle);
      await desk.picture(load.replaceAll(' ', '-'));
      const { cpuPercent, mebibytes, growth, processes } = await watch(program.pid, forMs, load, options);
      note(load, 'processor', '%', cpuPercent);
      note(load, 'memory', 'MiB', mebibytes);
      note(load, 'growth', '%', growth);
      note(load, 'processes', '', processes);
    }
    if (!program.running) throw new Error(`the application ended\n${program.tail()}`);
    const got = (load: string, measure: string) => series.median(contender, load, measure);
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
        bar('open: growth of memory, first third to last', '%', got(OPEN, 'growth'), 'lower', BARS.growth),
        bar('hidden: growth of memory, first third to last', '%', got(HIDDEN, 'growth'), 'lower', BARS.growth),
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
  readonly cpuPercent: number;
  readonly mebibytes: number;
  /** Per cent of the memory of the first third. */
  readonly growth: number;
  readonly processes: number;
}

async function watch(root: number, forMs: number, load: string, { say }: SuiteOptions): Promise<Watched> {
  const samples: FamilyUsage[] = [];
  const from = performance.now();
  const before = usageOfFamily(root);
  let after = before;
  for (let end = from + forMs; performance.now() < end; ) {
    await sleep(SAMPLE_MS);
    after = usageOfFamily(root);
    samples.push(after);
  }
  const seconds = (performance.now() - from) / 1_000;
  const bytes = samples.map((sample) => sample.bytes);
  const third = Math.max(1, Math.floor(bytes.length / 3));
  const [first, last] = [median(bytes.slice(0, third)), median(bytes.slice(-third))];
  const watched = {
    cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100,
    mebibytes: median(bytes) / MIB,
    growth: (last / first - 1) * 100,
    processes: after.processes,
  };
  say(
    `${load}: ${watched.cpuPercent.toFixed(2)} % of a core, ${watched.mebibytes.toFixed(0)} MiB in ${watched.processes} processes, ` +
      `${watched.growth.toFixed(1)} % growth, over ${seconds.toFixed(0)} s`,
  );
  return watched;
}
