/**
 * Results as a table for people and as JSON lines for programs. Pure.
 */
import type { Bar, Figure, SuiteResult } from './suite.ts';

/** One line a figure and a bar: `{"suite":…,"figure":{…}}`, `{"suite":…,"bar":{…}}`, `{"suite":…,"absent":{…}}`. */
export function jsonLines(suite: string, { figures, bars, absent }: SuiteResult): string[] {
  return [
    ...figures.map((figure) => JSON.stringify({ suite, figure })),
    ...bars.map((bar) => JSON.stringify({ suite, bar })),
    ...absent.map((one) => JSON.stringify({ suite, absent: one })),
  ];
}

/** For each load a table with a row a contender and a column a measure, `median (least–most)`; then the bars. */
export function tables({ figures, bars, absent }: SuiteResult): string[] {
  const lines: string[] = [];
  for (const load of new Set(figures.map((figure) => figure.load))) {
    const own = figures.filter((figure) => figure.load === load);
    lines.push('', ...table(load, own));
  }
  for (const { contender, why } of absent) lines.push(`absent: ${contender}: ${why}`);
  if (bars.length > 0) lines.push('', ...bars.map(barLine));
  return lines;
}

function table(load: string, figures: readonly Figure[]): string[] {
  const measures = [...new Set(figures.map(({ measure, unit }) => `${measure}, ${unit}`))];
  const contenders = [...new Set(figures.map(({ contender }) => contender))];
  const rows = contenders.map((contender) => [
    contender,
    ...measures.map((heading) => {
      const figure = figures.find((one) => one.contender === contender && `${one.measure}, ${one.unit}` === heading);
      return figure === undefined ? '' : inWords(figure);
    }),
  ]);
  const all = [[load, ...measures], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

function inWords({ median, least, most, rounds }: Figure): string {
  return rounds === 1 ? short(median) : `${short(median)} (${short(least)}–${short(most)})`;
}

function barLine({ what, unit, value, bound, better, met }: Bar): string {
  const sign = better === 'higher' ? '≥' : '≤';
  const verdict = met === null ? 'not measured' : met ? 'met' : 'MISSED';
  return `${verdict.padEnd(13)}${what}: ${value === null ? '–' : short(value)} (${sign} ${short(bound)} ${unit})`.trimEnd();
}

/** Three significant digits, but never a rounded integer part. */
function short(value: number): string {
  const magnitude = Math.abs(value);
  return value.toFixed(magnitude >= 100 || Number.isInteger(value) ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3);
}
