/** What the pages of computers ask. Rows have `id` and `online`, so that presence.ts keeps them true. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import { api, path } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import type {
  HistoryEntry,
  List,
  Machine,
  MachineDiagnostics,
  MachinePage,
  MachinePeer,
  MachineStatus,
} from '../../api/shapes.ts';
import { type ComputerFilters, machineParameters } from './computer-filters.ts';

/** Soon there, at each letter of a search; whoever scrolls on gets more at once. */
const FIRST_PAGE_ROWS = 100;
const PAGE_ROWS = 500;
const GREATEST_PAGE_ROWS = 1_000;
const PEERS_PAGE_ROWS = 200;
const STATUS_EVERY_MS = 2_000;
const PEERS_EVERY_MS = 2_500;
const HISTORY_EVERY_MS = 15_000;

const FIRST_PAGE = null as string | null;

/** Computers as the filters say, a page at a time; the last ones stay until the new ones are there. */
export const machinePagesQuery = (subscription: string, filters: ComputerFilters) =>
  infiniteQueryOptions({
    queryKey: areaKey('machines', subscription, 'list', filters),
    queryFn: ({ pageParam, signal }) =>
      machinePage(subscription, filters, pageParam === null ? FIRST_PAGE_ROWS : PAGE_ROWS, pageParam, signal),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });

/** Every computer that the filters find. @param onFound how many there are so far */
export async function allMachines(
  subscription: string,
  filters: ComputerFilters,
  signal: AbortSignal,
  onFound: (count: number) => void,
): Promise<Machine[]> {
  const found: Machine[] = [];
  let after: string | null = null;
  do {
    const page: MachinePage = await machinePage(subscription, filters, GREATEST_PAGE_ROWS, after, signal);
    found.push(...page.items);
    onFound(found.length);
    after = page.next;
  } while (after !== null);
  return found;
}

/** @param machine its id or name */
export const machineQuery = (subscription: string, machine: string) =>
  queryOptions({
    queryKey: areaKey('machines', subscription, 'one', machine),
    queryFn: ({ signal }) => api.get<Machine>(machinePath(subscription, machine), { signal }),
  });

/** A computer as a table that was shown holds it, until its own answer is there. */
export function machineInLists(queryClient: QueryClient, subscription: string, machine: string): Machine | undefined {
  const lists = queryClient.getQueriesData<InfiniteData<MachinePage>>({
    queryKey: areaKey('machines', subscription, 'list'),
  });
  for (const [, list] of lists) {
    for (const { items } of list?.pages ?? []) {
      const found = items.find(({ id }) => id === machine);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Asking makes the agent report more often, so it is asked for only while somebody looks. */
export const statusQuery = (subscription: string, machine: string) =>
  queryOptions({
    queryKey: areaKey('machines', subscription, 'status', machine),
    queryFn: ({ signal }) => api.get<MachineStatus>(`${machinePath(subscription, machine)}/status`, { signal }),
    refetchInterval: STATUS_EVERY_MS,
  });

/** The more pages are shown, the less often they are asked for. */
export const peersQuery = (subscription: string, machine: string, search: string) =>
  infiniteQueryOptions({
    queryKey: areaKey('machines', subscription, 'peers', machine, search),
    queryFn: ({ pageParam, signal }) =>
      api.get<List<MachinePeer>>(`${machinePath(subscription, machine)}/peers`, {
        signal,
        query: { limit: PEERS_PAGE_ROWS, after: pageParam ?? undefined, search: search === '' ? undefined : search },
      }),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => PEERS_EVERY_MS * Math.max(1, state.data?.pages.length ?? 1),
  });

export const historyQuery = (subscription: string, machine: string) =>
  queryOptions({
    queryKey: areaKey('machines', subscription, 'history', machine),
    queryFn: async ({ signal }) =>
      (await api.get<List<HistoryEntry>>(`${machinePath(subscription, machine)}/history`, { signal })).items,
    refetchInterval: HISTORY_EVERY_MS,
  });

export const diagnosticsQuery = (subscription: string, machine: string) =>
  queryOptions({
    queryKey: areaKey('machines', subscription, 'diagnostics', machine),
    queryFn: ({ signal }) =>
      api.get<MachineDiagnostics>(`${machinePath(subscription, machine)}/diagnostics`, { signal }),
  });

export function machinePath(subscription: string, machine: string): string {
  return path`/subscriptions/${subscription}/machines/${machine}`;
}

function machinePage(
  subscription: string,
  filters: ComputerFilters,
  limit: number,
  after: string | null,
  signal: AbortSignal,
): Promise<MachinePage> {
  return api.get<MachinePage>(path`/subscriptions/${subscription}/machines`, {
    signal,
    query: { ...machineParameters(filters), limit, after: after ?? undefined },
  });
}
