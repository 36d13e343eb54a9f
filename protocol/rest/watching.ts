/**
 * REST: what happened and what happens.
 *
 *     GET    /audit?…                  every change and sign-in, newest first; `format=csv|json` exports
 *     GET    /events                   server-sent events (WHATWG HTML §9.2), see {@link liveEvent}
 *     GET    /subscriptions/:subscription/activity     what passes along each connection now
 *     GET    /relay                    the relay's measurements, now and over time
 */
import { z } from 'zod';
import { machineId, subscriptionId } from '../ids.ts';
import { isoTime, nameOrId, reference } from './api.ts';

export const actorKind = z.enum(['person', 'api-key', 'machine', 'server', 'nobody']);

export const auditEntry = z.object({
  /** In the order in which things happened. */
  id: z.string(),
  at: isoTime,
  by: z.object({ kind: actorKind, id: z.string(), name: z.string(), address: z.string() }),
  /** `group.create`, `session.refused`, … */
  action: z.string(),
  subscription: reference.nullable(),
  target: z.object({ kind: z.string(), id: z.string(), name: z.string() }).nullable(),
  /** What changed, before and after; never a secret. */
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
});

export const auditQuery = z.object({
  after: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  subscription: nameOrId.optional(),
  /** Whole action or its first word. */
  action: z.string().max(60).optional(),
  /** Part of the name of who did it or of what it was done to. */
  search: z.string().max(80).optional(),
  from: isoTime.optional(),
  until: isoTime.optional(),
  /** `csv` and `json` answer with everything that the query finds, as a file. */
  format: z.enum(['page', 'csv', 'json']).default('page'),
});

/** What kinds of things a change was of: whoever shows some of them asks again. */
export const changedKind = z.enum([
  'subscriptions',
  'groups',
  'roles',
  'connections',
  'machines',
  'tokens',
  'install-links',
  'people',
  'api-keys',
  'account',
  'lock',
]);
export type ChangedKind = z.infer<typeof changedKind>;

/** The data of one server-sent event; its `event` field is the same word as in `type`. */
export const liveEvent = z.discriminatedUnion('type', [
  /** First, and again after each reconnect: what came between is to be asked for anew. */
  z.object({ type: z.literal('hello'), serverVersion: z.string() }),
  z.object({
    type: z.literal('changed'),
    subscription: subscriptionId.nullable(),
    kinds: z.array(changedKind),
    /** Who did it, for people. */
    by: z.string(),
    policyVersion: z.int().nullable(),
  }),
  /** Machines that came or went, gathered over half a second. */
  z.object({
    type: z.literal('presence'),
    subscription: subscriptionId,
    machines: z.array(z.object({ id: machineId, online: z.boolean(), relay: z.enum(['connected', 'disconnected']) })),
  }),
  /** The session has ended, or its rights have changed: the page is to load anew. */
  z.object({ type: z.literal('session-ended') }),
]);
export type LiveEvent = z.infer<typeof liveEvent>;

/** Bytes per second over the last seconds, of the pairs of each connection and each interconnected group. */
export const activity = z.object({
  connections: z.array(z.object({ id: z.string(), pairs: z.int(), bytesPerSecond: z.number() })),
  groups: z.array(z.object({ id: z.string(), pairs: z.int(), bytesPerSecond: z.number() })),
});
export type Activity = z.infer<typeof activity>;

/** One moment of the relay. Rates are per second since the moment before. */
export const relaySample = z.object({
  at: isoTime,
  relayConnections: z.int(),
  controlConnections: z.int(),
  inBytesPerSecond: z.number(),
  outBytesPerSecond: z.number(),
  framesPerSecond: z.number(),
  /** By reason. */
  droppedPerSecond: z.record(z.string(), z.number()),
  queuedBytes: z.int(),
  /** Of the frame that waits longest. */
  queueAgeMs: z.number(),
  /** Of one core, 0 to 1 and over. */
  cpu: z.number(),
  residentBytes: z.int(),
  heapBytes: z.int(),
});
export type RelaySample = z.infer<typeof relaySample>;
export const relayOverTime = z.object({
  startedAt: isoTime,
  serverVersion: z.string(),
  now: relaySample,
  /** Oldest first, at even steps. */
  samples: z.array(relaySample),
});
