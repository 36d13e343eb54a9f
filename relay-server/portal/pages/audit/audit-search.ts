/** What is looked for in the audit: as it stands in the address of the page, and as the API is asked. Pure. */

export interface AuditSearch {
  /** The whole server instead of one subscription. */
  readonly of?: 'server';
  readonly action?: string;
  readonly search?: string;
  /** Days, `2026-03-31`, in the time of whoever looks; both belong to it. */
  readonly from?: string;
  readonly until?: string;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
/** Of the contract (protocol/rest/watching.ts). */
const SEARCH_MAX = 80;
const ACTION = /^[a-z.-]{1,60}$/;

/** Whatever stands in the address, only what makes sense of it. */
export function auditSearchOf(found: Readonly<Record<string, unknown>>): AuditSearch {
  const { of, action, search, from, until } = found;
  // The router makes a number of what looks like one.
  const text = typeof search === 'number' ? String(search) : search;
  return {
    ...(of === 'server' && { of }),
    ...(typeof action === 'string' && ACTION.test(action) && { action }),
    ...(typeof text === 'string' && text !== '' && { search: text.slice(0, SEARCH_MAX) }),
    ...(isDay(from) && { from }),
    ...(isDay(until) && { until }),
  };
}

/** Parameters of GET /audit. */
export function auditParameters(
  { of, action, search, from, until }: AuditSearch,
  subscription: string,
): Record<string, string> {
  return {
    ...(of === undefined && { subscription }),
    ...(action !== undefined && { action }),
    ...(search !== undefined && { search }),
    ...(from !== undefined && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(until !== undefined && { until: new Date(`${until}T23:59:59.999`).toISOString() }),
  };
}

export function isFiltered({ action, search, from, until }: AuditSearch): boolean {
  return [action, search, from, until].some((filter) => filter !== undefined);
}

function isDay(text: unknown): text is string {
  return typeof text === 'string' && DAY.test(text) && !Number.isNaN(Date.parse(text));
}
