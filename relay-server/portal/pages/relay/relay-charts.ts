/** Which charts there are, what they draw of each moment, and what they say in a sentence. Pure. */
import type { RelayOverTime, RelaySample } from '../../api/shapes.ts';
import { byteWords } from '../../components/byte-words.ts';
import { rateWords } from '../../components/rate-words.ts';
import { ageWords, countWords, dropWords, perSecondWords, shareWords, spanWords } from './relay-words.ts';

export interface ChartLine {
  readonly name: string;
  readonly of: (sample: RelaySample) => number;
}

export interface ChartOf {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly words: (value: number) => string;
  /** How far the axis goes at least, so that noise does not look like a mountain. */
  readonly least: number;
}

const CHARTS: readonly ChartOf[] = [
  {
    title: 'Throughput',
    lines: [
      { name: 'In', of: ({ inBytesPerSecond }) => inBytesPerSecond },
      { name: 'Out', of: ({ outBytesPerSecond }) => outBytesPerSecond },
    ],
    words: rateWords,
    least: 1_000,
  },
  {
    title: 'Connections',
    lines: [
      { name: 'Relay', of: ({ relayConnections }) => relayConnections },
      { name: 'Control', of: ({ controlConnections }) => controlConnections },
    ],
    words: countWords,
    least: 4,
  },
  {
    title: 'Queue age',
    lines: [{ name: 'Longest wait', of: ({ queueAgeMs }) => queueAgeMs }],
    words: ageWords,
    least: 20,
  },
  {
    title: 'CPU',
    lines: [{ name: 'Of one core', of: ({ cpu }) => cpu }],
    words: shareWords,
    least: 0.05,
  },
  {
    title: 'Memory',
    lines: [
      { name: 'Process', of: ({ residentBytes }) => residentBytes },
      { name: 'JavaScript heap', of: ({ heapBytes }) => heapBytes },
    ],
    words: byteWords,
    least: 1_000_000,
  },
];

/** All of them; the reasons of drops are the server's. */
export function chartsOf({ now }: RelayOverTime): readonly ChartOf[] {
  const drops: ChartOf = {
    title: 'Dropped frames',
    lines: Object.keys(now.droppedPerSecond).map((reason) => ({
      name: dropWords(reason).name,
      of: ({ droppedPerSecond }) => droppedPerSecond[reason] ?? 0,
    })),
    words: perSecondWords,
    least: 1,
  };
  return [...CHARTS.slice(0, 2), drops, ...CHARTS.slice(2)];
}

/** The samples and the present moment, oldest first. */
export function momentsOf({ samples, now }: RelayOverTime): readonly RelaySample[] {
  const last = samples.at(-1);
  return last !== undefined && Date.parse(last.at) >= Date.parse(now.at) ? samples : [...samples, now];
}

/** As a chart is drawn: seconds, then the values of each line. */
export function columnsOf(chart: ChartOf, moments: readonly RelaySample[]): readonly [number[], ...number[][]] {
  const seconds = moments.map(({ at }) => Date.parse(at) / 1000);
  return [seconds, ...chart.lines.map(({ of }) => moments.map(of))];
}

/** "In the last 12 minutes: In now 2 MB/s, at most 3 MB/s. Out …" */
export function sentenceOf({ lines, words }: ChartOf, moments: readonly RelaySample[]): string {
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined) return '';
  const told = lines.map(({ name, of }) => ({ name, now: of(last), most: Math.max(...moments.map(of)) }));
  const span = spanWords(Date.parse(last.at) - Date.parse(first.at));
  if (told.every(({ most }) => most === 0)) return `Nothing in the last ${span}.`;
  const busy = told.filter(({ most }) => most > 0);
  const each = busy.map(({ name, now, most }) => `${name}: ${words(now)} now, ${words(most)} at most`);
  return `${each.join('; ')} in the last ${span}.`;
}
