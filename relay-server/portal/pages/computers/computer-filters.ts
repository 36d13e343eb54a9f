/**
 * What the page of computers shows, as it stands in its address: `?group=none&state=offline&sort=os`.
 * Whatever else stands there is left out, so that every address leads to a page. Pure.
 */
import type { Sorting } from '../../components/data-table.tsx';

/** As in `machineQuery` of protocol/rest/machines.ts. */
const SORTS = ['name', 'group', 'os', 'agentVersion', 'ipv4', 'online', 'lastSeenAt', 'activatedAt'] as const;
const KINDS = ['local-endpoint', 'role-instance'] as const;
const STATES = ['online', 'offline', 'disabled'] as const;
const TABS = ['status', 'peers', 'history', 'diagnostics'] as const;

/** As a group: computers that are in none. */
export const NO_GROUP = 'none';
export const SEARCH_MAX = 63;
const NAME_MAX = 80;

export interface ComputerFilters {
  readonly search?: string;
  /** Id or name, or {@link NO_GROUP}. */
  readonly group?: string;
  /** Id or name; never together with a group. */
  readonly role?: string;
  readonly kind?: (typeof KINDS)[number];
  readonly state?: (typeof STATES)[number];
  /** By name, if there is none. */
  readonly sort?: (typeof SORTS)[number];
  readonly order?: 'descending';
}

export type ComputerTab = (typeof TABS)[number];

export function validComputerFilters(raw: Readonly<Record<string, unknown>>): ComputerFilters {
  const search = textOf(raw.search)?.slice(0, SEARCH_MAX);
  const role = textOf(raw.role)?.slice(0, NAME_MAX);
  const group = role === undefined ? textOf(raw.group)?.slice(0, NAME_MAX) : undefined;
  const kind = oneOf(KINDS, raw.kind);
  const state = oneOf(STATES, raw.state);
  const sort = oneOf(SORTS, raw.sort);
  return {
    ...(search !== undefined && { search }),
    ...(group !== undefined && { group }),
    ...(role !== undefined && { role }),
    ...(kind !== undefined && { kind }),
    ...(state !== undefined && { state }),
    ...(sort !== undefined && sort !== 'name' && { sort }),
    ...(raw.order === 'descending' && { order: 'descending' }),
  };
}

export function validComputerTab(raw: Readonly<Record<string, unknown>>): { readonly tab?: ComputerTab } {
  const tab = oneOf(TABS, raw.tab);
  return tab === undefined || tab === 'status' ? {} : { tab };
}

/** Parameters of the API's query. */
export function machineParameters(filters: ComputerFilters): Record<string, string> {
  return { ...filters };
}

/** Whether some computers may be left out. */
export function isFiltered({ search, group, role, kind, state }: ComputerFilters): boolean {
  return [search, group, role, kind, state].some((filter) => filter !== undefined);
}

export function sortingOf({ sort = 'name', order }: ComputerFilters): Sorting {
  return { id: sort, desc: order === 'descending' };
}

/** The same filters, sorted otherwise. */
export function sortedBy(filters: ComputerFilters, { id, desc }: Sorting): ComputerFilters {
  return validComputerFilters({ ...filters, sort: id, order: desc ? 'descending' : undefined });
}

/** The router makes numbers and the like of what looks like one: somebody searches for 10. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value).trim();
  return text === '' ? undefined : text;
}

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}
