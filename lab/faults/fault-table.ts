/**
 * The table of docs/faults.md between its marks: one row for each fault, from the figures of a scenario. Pure, but for
 * {@link keepRows}.
 */
import { readFileSync, writeFileSync } from 'node:fs';

export interface FaultRow {
  /** Name of the step. */
  readonly fault: string;
  /** What `causeway status` said while it lasted. */
  readonly seen: string;
  /** From the end of the cause until a ping through the tunnel was answered. */
  readonly recoveryMs: number;
  /** And until the application's next entry was acknowledged: its TCP waits longer, the longer the fault was. */
  readonly applicationMs: number;
  /** Acknowledged entries and changes that are gone. */
  readonly lost: number;
  /** Codes by `causeway diagnose`, or by `causeway-relay check`. */
  readonly named: string;
}

const begin = (scenario: string) => `<!-- figures of ${scenario} -->`;
const END = '<!-- end of figures -->';
const HEAD =
  '| fault | what `causeway status` says meanwhile | back after | the application | lost | named |\n| --- | --- | ---: | ---: | ---: | --- |';

/** @returns the page with the rows of one scenario in their place. @throws Error for a page without the marks */
export function withRows(page: string, scenario: string, rows: readonly FaultRow[]): string {
  const from = page.indexOf(begin(scenario));
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`the page has no place for ${scenario}`);
  const lines = rows.map(
    ({ fault, seen, recoveryMs, applicationMs, lost, named }) =>
      `| ${fault} | ${seen} | ${seconds(recoveryMs)} | ${seconds(applicationMs)} | ${lost} | ${named === '' ? '—' : codes(named)} |`,
  );
  return `${page.slice(0, from)}${begin(scenario)}\n${HEAD}\n${lines.join('\n')}\n${page.slice(to)}`;
}

/** The faults that a page's tables name, by scenario. */
export function faultsIn(page: string): ReadonlyMap<string, readonly string[]> {
  const tables = [...page.matchAll(/<!-- figures of ([\w-]+) -->\n(.*?)<!-- end of figures -->/gs)];
  return new Map(
    tables.map(([, scenario = '', table = '']) => {
      const rows = table
        .split('\n')
        .slice(2)
        .filter((line) => line.startsWith('| '));
      return [scenario, rows.map((row) => row.split(' | ')[0]?.slice(2) ?? '')];
    }),
  );
}

/** Writes them into the page, if `LAB_TABLE` names it: who runs a scenario does not change the documents. */
export function keepRows(scenario: string, rows: readonly FaultRow[]): void {
  const file = process.env.LAB_TABLE;
  if (file !== undefined) writeFileSync(file, withRows(readFileSync(file, 'utf8'), scenario, rows));
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

function codes(text: string): string {
  return text.replace(/\b[A-Z][A-Z_]+\b/g, '`$&`');
}
