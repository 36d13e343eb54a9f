/**
 * What open pages are told as it happens: changes, and machines that come and go. Knows no HTTP; a
 * listener is whatever takes text and can be ended. While nobody listens it keeps nothing and runs no timer.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { LiveEvent } from '#protocol/rest/watching.ts';
import type { Clock } from '../clock.ts';
import type { Announcement, Announcer } from './context.ts';

/** One open stream. */
export interface Listener {
  /** The only subscription it may hear of; null for all. */
  readonly subscription: SubscriptionId | null;
  /** Whom it belongs to: the id of a session or an API key. */
  readonly session: string;
  /** Takes one event, or a comment, in the form of WHATWG HTML §9.2. */
  send(text: string): void;
  /** Nothing more comes. */
  end(): void;
}

type Presence = Extract<LiveEvent, { type: 'presence' }>['machines'][number];

export interface LiveEventsOptions {
  readonly clock: Clock;
  readonly serverVersion: string;
  /** How a machine is now; undefined when it is gone. */
  readonly presenceOf: (subscription: SubscriptionId, machine: MachineId) => Presence | undefined;
}

/** How long a browser waits before it comes back, milliseconds. */
const RETRY_MS = 2_000;
const HEARTBEAT = ': \n\n';
const FULL_RETRY_S = 30;

export class LiveEvents implements Announcer {
  readonly #options: LiveEventsOptions;
  readonly #listeners = new Set<Listener>();
  readonly #moved = new Map<SubscriptionId, Set<MachineId>>();
  #cancelGathering: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;

  constructor(options: LiveEventsOptions) {
    this.#options = options;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /**
   * Says hello, and from then on what happens.
   * @returns what to call when the listener is gone.
   * @throws CausewayError RATE_LIMITED when too many listen
   */
  listen(listener: Listener): () => void {
    if (this.#listeners.size >= LIMITS.EVENTS_CLIENTS_MAX.value) {
      throw new CausewayError('RATE_LIMITED', { seconds: FULL_RETRY_S });
    }
    this.#listeners.add(listener);
    const { serverVersion } = this.#options;
    listener.send(`retry: ${RETRY_MS}\n${eventText({ type: 'hello', serverVersion })}`);
    this.#cancelHeartbeat ??= this.#options.clock.after(LIMITS.EVENTS_HEARTBEAT_MS.value, this.#beat);
    return () => this.#leave(listener);
  }

  changed({ subscription, kinds, by, policyVersion }: Announcement): void {
    this.#tell(subscription, { type: 'changed', subscription, kinds: [...kinds], by, policyVersion });
  }

  endSession(id: string): void {
    for (const listener of this.#of(id)) {
      listener.send(eventText({ type: 'session-ended' }));
      this.#end(listener);
    }
  }

  /** Ends the streams of a session whose id is no longer valid: who has the new one comes back by itself. */
  letComeBack(id: string): void {
    for (const listener of this.#of(id)) this.#end(listener);
  }

  /** A machine came or went, at the control plane or at the relay. */
  moved(subscription: SubscriptionId, machine: MachineId): void {
    if (this.#listeners.size === 0) return;
    const machines = this.#moved.get(subscription);
    if (machines === undefined) this.#moved.set(subscription, new Set([machine]));
    else machines.add(machine);
    this.#cancelGathering ??= this.#options.clock.after(LIMITS.EVENTS_GATHER_MS.value, this.#tellMoved);
  }

  /** Ends all streams: the server stops. */
  close(): void {
    for (const listener of [...this.#listeners]) this.#end(listener);
  }

  readonly #tellMoved = (): void => {
    this.#cancelGathering = undefined;
    const moved = [...this.#moved];
    this.#moved.clear();
    for (const [subscription, ids] of moved) {
      const machines = [...ids]
        .map((id) => this.#options.presenceOf(subscription, id))
        .filter((presence) => presence !== undefined);
      for (let at = 0; at < machines.length; at += LIMITS.EVENTS_PRESENCE_MAX.value) {
        const some = machines.slice(at, at + LIMITS.EVENTS_PRESENCE_MAX.value);
        this.#tell(subscription, { type: 'presence', subscription, machines: some });
      }
    }
  };

  readonly #beat = (): void => {
    for (const listener of [...this.#listeners]) listener.send(HEARTBEAT);
    const { clock } = this.#options;
    this.#cancelHeartbeat =
      this.#listeners.size > 0 ? clock.after(LIMITS.EVENTS_HEARTBEAT_MS.value, this.#beat) : undefined;
  };

  #of(id: string): Listener[] {
    return [...this.#listeners].filter(({ session }) => session === id);
  }

  /** What is of no subscription is for those who may hear of all. */
  #tell(subscription: SubscriptionId | null, event: LiveEvent): void {
    if (this.#listeners.size === 0) return;
    const text = eventText(event);
    for (const listener of [...this.#listeners]) {
      if (listener.subscription === null || listener.subscription === subscription) listener.send(text);
    }
  }

  #end(listener: Listener): void {
    this.#leave(listener);
    listener.end();
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#cancelHeartbeat?.();
    this.#cancelGathering?.();
    this.#cancelHeartbeat = undefined;
    this.#cancelGathering = undefined;
    this.#moved.clear();
  }
}

function eventText(event: LiveEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
