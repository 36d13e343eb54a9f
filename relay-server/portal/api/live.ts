/**
 * Changes as they happen, by server-sent events on /api/v1/events:
 *
 *     event: changed
 *     data: {"areas":["machines","groups"],"subscription":{"id":"…","name":"contoso"}}
 *
 * `areas` as in queries.ts; `subscription` is left out for what belongs to the server. Each makes the
 * queries of these areas ask again, if a page shows them. After a break everything asks again.
 */
import type { QueryClient } from '@tanstack/react-query';

const EVENTS = '/api/v1/events';
/** A break shorter than this is not worth a banner: a proxy that recycles the connection, a server update. */
const PATIENCE_MS = 3_000;
const RETRY_MS = 5_000;

export interface Change {
  readonly areas: readonly string[];
  readonly subscription?: { readonly id: string; readonly name: string } | undefined;
}

export interface LiveOptions {
  readonly queryClient: QueryClient;
  /** Whether the pages show what is: false some seconds after the connection was lost. */
  onConnected(connected: boolean): void;
  /** Makes the connection; EventSource but in tests. */
  readonly open?: (url: string) => EventSource;
}

/** @returns what ends it */
export function listenForChanges({ queryClient, onConnected, open = openSource }: LiveOptions): () => void {
  let source: EventSource | undefined;
  let opened = false;
  let lost: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const connect = () => {
    source = open(EVENTS);
    source.addEventListener('open', () => {
      clearTimeout(lost);
      lost = undefined;
      if (opened) void queryClient.invalidateQueries(); // what happened in between was not heard
      opened = true;
      onConnected(true);
    });
    source.addEventListener('changed', ({ data }) => {
      const change = parseChange(data);
      if (change !== undefined) void invalidate(queryClient, change);
    });
    source.addEventListener('error', () => {
      // A server that never offered events is no lost connection: its pages ask by themselves.
      if (opened) lost ??= setTimeout(() => onConnected(false), PATIENCE_MS);
      if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      clearTimeout(retry);
      retry = setTimeout(connect, RETRY_MS);
    });
  };
  connect();
  return () => {
    clearTimeout(lost);
    clearTimeout(retry);
    source?.close();
  };
}

function openSource(url: string): EventSource {
  return new EventSource(url);
}

export function invalidate(queryClient: QueryClient, { areas, subscription }: Change): Promise<void> {
  return queryClient.invalidateQueries({
    predicate: ({ queryKey: [area, of] }) => {
      if (!areas.includes(String(area))) return false;
      return subscription === undefined || of === null || of === subscription.id || of === subscription.name;
    },
  });
}

/** @returns undefined for what this version of the portal does not know */
export function parseChange(data: unknown): Change | undefined {
  try {
    const change: Partial<Change> | null = JSON.parse(String(data));
    return Array.isArray(change?.areas) ? { areas: change.areas, subscription: change.subscription } : undefined;
  } catch {
    return undefined;
  }
}
