/**
 * Changes as they happen, by server-sent events on /api/v1/events (`liveEvent` of
 * protocol/rest/watching.ts). A change makes the queries of its areas ask again, if a page shows them;
 * machines that come and go are written into what is shown. After a break everything asks again.
 */
import type { QueryClient } from '@tanstack/react-query';
import { Gathering } from './gathering.ts';
import { areasOf, invalidateAreas } from './invalidations.ts';
import { applyPresence, type PresenceEvent } from './presence.ts';
import type { Area } from './queries.ts';
import type { LiveEvent } from './shapes.ts';

const EVENTS = '/api/v1/events';
/** A break shorter than this is not worth a banner: a proxy that recycles the connection, a server update. */
const PATIENCE_MS = 3_000;
const RETRY_MS = 5_000;
/** Counts of who is online are asked for at most this often, however many machines come and go. */
const COUNTS_MS = 1_000;
/** Changes within this time are asked for together, but for the first, and never before the last answers are there. */
const CHANGES_MS = 500;
const COUNTED: ReadonlySet<Area> = new Set<Area>(['groups', 'roles', 'subscriptions']);

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
  const changes = new Gathering<Area>((areas, of) => invalidateAreas(queryClient, areas, of), CHANGES_MS);
  const counts = new Map<string, ReturnType<typeof setTimeout>>();

  const countAgain = (subscription: string) => {
    if (counts.has(subscription)) return;
    const due = () => {
      counts.delete(subscription);
      void invalidateAreas(queryClient, COUNTED, subscription);
    };
    counts.set(subscription, setTimeout(due, COUNTS_MS));
  };
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
      const event = parsed(data, isChange);
      if (event !== undefined) changes.ask(areasOf(event.kinds), event.subscription);
    });
    source.addEventListener('presence', ({ data }) => {
      const event = parsed(data, isPresence);
      if (event === undefined) return;
      applyPresence(queryClient, event);
      countAgain(event.subscription);
    });
    // The first answer without a session leads to the sign-in page, see query-client.ts.
    source.addEventListener('session-ended', () => void queryClient.invalidateQueries());
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
    for (const timer of counts.values()) clearTimeout(timer);
    changes.stop();
    source?.close();
  };
}

function openSource(url: string): EventSource {
  return new EventSource(url);
}

/** @returns undefined for what this version of the portal does not know */
function parsed<Event>(data: unknown, is: (event: Partial<Event>) => boolean): Event | undefined {
  try {
    const event: Partial<Event> | null = JSON.parse(String(data));
    return event !== null && is(event) ? (event as Event) : undefined;
  } catch {
    return undefined;
  }
}

function isChange({ kinds, subscription }: Partial<Extract<LiveEvent, { type: 'changed' }>>): boolean {
  return Array.isArray(kinds) && (subscription === null || typeof subscription === 'string');
}

function isPresence({ machines, subscription }: Partial<PresenceEvent>): boolean {
  return Array.isArray(machines) && typeof subscription === 'string';
}
