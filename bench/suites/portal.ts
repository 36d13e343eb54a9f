/**
 * The portal and its server with ten thousand machines, beside the same with three hundred: how soon the
 * computers are there, how they scroll and are searched, and how soon agents hear of a change of policy.
 * Everything is on loopback; a real Chromium without a window shares the processors with the server.
 */
import { fileURLToPath } from 'node:url';
import { bundle } from '#build/bundle.ts';
import { run } from '#build/command.ts';
import { openBrowser } from '#lab/browser/browser.ts';
import type { Size } from '#lab/population/organisation.ts';
import { obstacle } from '#lab/prerequisites.ts';
import { Company } from '../load/company.ts';
import { peakBytes } from '../measure/peak-memory.ts';
import { percentile } from '../measure/percentiles.ts';
import { Tour } from '../measure/portal-tour.ts';
import { bar, ratio, Series, type Suite, type SuiteOptions } from '../suite.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LARGE = '10,000 machines';
const SMALL = '300 machines';
const SIZES: readonly (readonly [contender: string, size: Size])[] = [
  [LARGE, { machines: 10_000, groups: 500, roles: 40, connections: 2_000 }],
  [SMALL, { machines: 300, groups: 2, roles: 0, connections: 0 }],
];
const AFFECTED = 200;
/** Online beside those, where there are so many. */
const OTHERS = 800;

const PAGE = 'computers page, empty cache';
const WHEEL = 'computers page, wheel';
const ALL = 'computers page, wheel when all rows are loaded';
const FLING = 'computers page, fling';
const SEARCH = 'search, each letter';
const BY_HAND = 'change of policy, click until the last of 200 agents has heard';
const BY_REST = 'change of policy, request until the last of 200 agents has heard';
const SERVER = 'server';
const FIRST_ROWS = 'first rows';
const CPU_OF_FRAME = 'processor time of a frame';
const WORST = 'worst of a turn';
/** Pixels of each turn of the wheel, sixty a second: 160 rows a second, and ten times that. */
const STEP = 120;
const FLING_STEP = 1_200;
const KILO = 1_000;
const MIB = 1_048_576;

export const suite: Suite = {
  name: 'portal',
  summary: 'the portal with 10,000 machines: first rows, scrolling, search, and a change until agents have heard',
  async run(options) {
    const why = obstacle(['chromium'], options.say);
    if (why !== null) return { figures: [], bars: [], absent: [{ contender: 'chromium', why }] };
    const { relay } = await bundle();
    const { code, output } = await run(process.execPath, ['build/portal.ts'], { cwd: ROOT });
    if (code !== 0) throw new Error(output);
    await using things = new AsyncDisposableStack();
    const browser = things.adopt(await openBrowser(), (opened) => opened.close());
    const series = new Series();
    const tours: { contender: string; company: Company; tour: Tour }[] = [];
    for (const [contender, size] of SIZES) {
      if (options.only.length > 0 && !options.only.includes(contender)) continue;
      const company = things.use(await Company.start(size, relay));
      series.add(contender, SERVER, 'start until it listens', 'ms', company.startMs);
      tours.push({ contender, company, tour: await Tour.begin(browser, company, AFFECTED, OTHERS) });
    }
    for (let round = 1; round <= options.rounds; round++) {
      for (const { contender, tour } of tours) await takeTurn(series, contender, tour, round, options);
    }
    for (const { contender, company } of tours) {
      series.add(contender, SERVER, 'memory, peak', 'MiB', peakBytes(company.pid) / MIB);
    }
    return { figures: series.figures(), bars: bars(series), absent: [] };
  },
};

async function takeTurn(series: Series, contender: string, tour: Tour, round: number, options: SuiteOptions) {
  const { quick, say } = options;
  const add = (load: string, measure: string, unit: string, value: number) =>
    series.add(contender, load, measure, unit, value);
  const told = (line: string) => say(`round ${round}  ${contender}  ${line}`);

  const visits = [];
  for (let visit = 0; visit < (quick ? 2 : 4); visit++) visits.push(await tour.firstRows());
  for (const { ms, cpuMs, gzipBytes } of visits) {
    add(PAGE, FIRST_ROWS, 'ms', ms);
    add(PAGE, 'processor time of the page', 'ms', cpuMs);
    add(PAGE, 'download, gzip', 'KB', gzipBytes / KILO);
  }
  told(`first rows after ${visits.map(({ ms }) => ms.toFixed(0)).join(', ')} ms`);

  const forMs = quick ? 2_000 : 5_000;
  const all = await tour.scrollingAll(STEP, forMs);
  add(ALL, 'to the last row', 'ms', all.toEndMs);
  for (const [load, scrolling] of [
    [WHEEL, await tour.scrolling(STEP, forMs)],
    [ALL, all],
    [FLING, await tour.scrolling(FLING_STEP, forMs)],
  ] as const) {
    const { medianFrame, p95Frame, cpuOfFrame, blank } = scrolling;
    add(load, 'frame', 'ms', medianFrame);
    add(load, 'frame p95', 'ms', p95Frame);
    add(load, CPU_OF_FRAME, 'ms', cpuOfFrame);
    add(load, 'blank', '%', blank);
    const [p95, cpu] = [p95Frame.toFixed(1), cpuOfFrame.toFixed(1)];
    told(
      `${load}: ${medianFrame.toFixed(1)} ms a frame, p95 ${p95}, ${cpu} of processor time, ${blank.toFixed(2)} % blank`,
    );
  }

  const letters = await tour.searching();
  add(SEARCH, 'p50', 'ms', percentile(letters, 50));
  add(SEARCH, 'p95', 'ms', percentile(letters, 95));
  told(`search: ${letters.map((ms) => ms.toFixed(0)).join(', ')} ms`);

  for (const [load, changes] of [
    [BY_HAND, await tour.changeByHand(quick ? 2 : 4)],
    [BY_REST, await tour.changeByRest(quick ? 2 : 4)],
  ] as const) {
    for (const { connected, revoked, cut } of changes) {
      add(load, 'connect', 'ms', connected);
      add(load, 'cut', 'ms', cut);
      add(load, 'cut, peers revoked', 'ms', revoked);
    }
    add(load, WORST, 'ms', Math.max(...changes.flatMap(({ connected, cut }) => [connected, cut])));
    const each = changes.map(({ connected, cut, revoked }) => [connected, cut, revoked].map((ms) => ms.toFixed(0)));
    told(`${load}: ${each.map((one) => one.join('/')).join(', ')} ms`);
  }
}

function bars(series: Series) {
  const own = (load: string, measure: string) => series.median(LARGE, load, measure);
  const times = (load: string, measure: string) => ratio(own(load, measure), series.median(SMALL, load, measure));
  return [
    bar('first rows of the computers', 'ms', own(PAGE, FIRST_ROWS), 'lower', 1_500),
    bar('first rows, times as long as with 300', '', times(PAGE, FIRST_ROWS), 'lower', 1.5),
    bar('download until the first rows, gzip', 'KB', own(PAGE, 'download, gzip'), 'lower', 350),
    bar('wheel, a frame p95', 'ms', own(WHEEL, 'frame p95'), 'lower', 34),
    bar('wheel, a frame p95, times as long as with 300', '', times(WHEEL, 'frame p95'), 'lower', 1.5),
    bar('wheel through all rows, a frame p95', 'ms', own(ALL, 'frame p95'), 'lower', 34),
    bar(
      'wheel through all rows, processor time of a frame, times that with 300',
      '',
      times(ALL, CPU_OF_FRAME),
      'lower',
      1.5,
    ),
    bar('wheel through all rows, blank', '%', own(ALL, 'blank'), 'lower', 1),
    bar('search, a letter p95', 'ms', own(SEARCH, 'p95'), 'lower', 300),
    bar('search, a letter p50, times as long as with 300', '', times(SEARCH, 'p50'), 'lower', 1.5),
    bar('a click until all have heard, the worst of all changes', 'ms', worst(series), 'lower', 1_000),
    bar('connect, times as long as with 300', '', times(BY_HAND, 'connect'), 'lower', 1.5),
  ];
}

/** Not the median of the turns: one change that takes too long is one too many. */
function worst(series: Series): number | null {
  const own = series.figures().find((one) => one.contender === LARGE && one.load === BY_HAND && one.measure === WORST);
  return own?.most ?? null;
}
