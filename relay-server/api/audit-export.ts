/**
 * The audit as a file, CSV (RFC 4180) or JSON, made of pieces that are read one after the other: never
 * the whole table in memory.
 */
import { LIMITS } from '#protocol/limits.ts';
import type { AuditFilter, AuditStore } from '../store/audit-store.ts';
import type { AuditRecord } from '../store/records.ts';
import { showAuditEntry } from './access-shapes.ts';

const COLUMNS: readonly (readonly [string, (entry: AuditRecord) => string])[] = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => new Date(at).toISOString()],
  ['by_kind', ({ by }) => by.kind],
  ['by_id', ({ by }) => by.id],
  ['by_name', ({ by }) => by.name],
  ['by_address', ({ by }) => by.address],
  ['action', ({ action }) => action],
  ['subscription_id', ({ subscription }) => subscription?.id ?? ''],
  ['subscription_name', ({ subscription }) => subscription?.name ?? ''],
  ['target_kind', ({ target }) => target?.kind ?? ''],
  ['target_id', ({ target }) => target?.id ?? ''],
  ['target_name', ({ target }) => target?.name ?? ''],
  ['before', ({ before }) => (before === null ? '' : JSON.stringify(before))],
  ['after', ({ after }) => (after === null ? '' : JSON.stringify(after))],
];

export async function* auditCsv(store: AuditStore, filter: AuditFilter): AsyncGenerator<string> {
  yield line(COLUMNS.map(([name]) => name));
  for await (const entries of chunks(store, filter)) {
    yield entries.map((entry) => line(COLUMNS.map(([, of]) => of(entry)))).join('');
  }
}

/** An array with one entry a line. */
export async function* auditJson(store: AuditStore, filter: AuditFilter): AsyncGenerator<string> {
  let before = '[\n';
  for await (const entries of chunks(store, filter)) {
    yield before + entries.map((entry) => JSON.stringify(showAuditEntry(entry))).join(',\n');
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** Newest first; what is added meanwhile is not met, as reading goes to older ones. */
async function* chunks(store: AuditStore, filter: AuditFilter): AsyncGenerator<readonly AuditRecord[]> {
  let after: string | undefined;
  while (true) {
    const entries = await store.list(filter, after, LIMITS.AUDIT_EXPORT_CHUNK_ENTRIES.value);
    if (entries.length === 0) return;
    yield entries;
    after = entries.at(-1)?.id;
  }
}

/**
 * A spreadsheet runs a cell that begins like a formula, also one that somebody chose as a name, and with
 * full-width signs too. In some languages it begins a new cell at a semicolon or a tab.
 */
const FORMULA = /(^\s*|[;\t\r\n]\s*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\t\r\n])/g;

/** JSON has all of it as it is; here an apostrophe keeps formulas from running. */
function line(cells: readonly string[]): string {
  const safe = cells.map((cell) => cell.replace(FORMULA, "$1'"));
  return `${safe.map((cell) => (/[",;\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
