/**
 * What the soak ends with, as tables for people. Pure.
 */
import type { Ledger, Recovery } from './ledger.ts';
import type { Watched } from './watched.ts';

const MEGABYTE = 1e6;

export function recoveryTable(ledger: Ledger): string[] {
  const rows = ledger.recoveries().map(({ kind, count, after, explained }: Recovery) => {
    const sorted = [...after].sort((a, b) => a - b);
    const at = (part: number) => seconds(sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]);
    return [kind, String(count), String(sorted.length), at(0.5), at(1), String(explained)];
  });
  return table(
    ['fault', 'times', 'conversations silent', 'answered after, s (median)', 'at the latest', 'disturbances'],
    rows,
  );
}

/** Of the processes that lived long enough: what they held in their first third, and in their last. */
export function watchedTable(all: readonly Watched[]): string[] {
  const rows = all.flatMap(({ label, looks, growth }) => {
    if (growth === null) return [];
    const cells = growth.map(({ quantity, first, last, leaks }) => {
      const shown = (value: number) =>
        quantity.endsWith('Bytes') ? (value / MEGABYTE).toFixed(1) : String(Math.round(value * 10) / 10);
      return `${shown(first)} → ${shown(last)}${leaks ? ' LEAK' : ''}`;
    });
    return [[label, String(looks.length), ...cells]];
  });
  return table(['process', 'looks', 'resident, MB', 'heap, MB', 'outside the heap, MB', 'timers', 'descriptors'], rows);
}

export function totalsTable(ledger: Ledger): string[] {
  const { bytes, requests, transfers, datagrams, lostDatagrams, probes } = ledger.counts;
  return table(
    ['total', ''],
    [
      ['faults', String(ledger.faults.length)],
      ['bytes compared, MB', String(Math.round(bytes / MEGABYTE))],
      ['requests, transfers among them', `${requests}, ${transfers}`],
      ['datagrams, unanswered', `${datagrams}, ${lostDatagrams}`],
      ['probes of what policy denies', String(probes)],
      ['wrong bytes or doubled datagrams', String(ledger.wrong.length)],
      ['got through what policy denies', String(ledger.leaks.length)],
      ['got through to machines cut off from the news', String(ledger.untold)],
      ['disturbances', String(ledger.disturbances)],
      ['of them by a computer that was too busy', String(ledger.byStarvation)],
      ['of them unexplained', String(ledger.unexplained().length)],
    ],
  );
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : (ms / 1_000).toFixed(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
