/**
 * What the desktop application uses of Node and JavaScript that Node 12 does not have, for the one real
 * Electron that the tests can get (9.4.1, see electron-9.ts). Only what is used, and only as far as it is.
 */
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { missing } from './old-javascript.ts';

/** Enough for whoever keeps one and tells it of changes. */
class OldEventTarget {
  readonly #listeners = new Map<string, Set<(event: OldEvent) => void>>();
  addEventListener(type: string, listener: (event: OldEvent) => void): void {
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }
  removeEventListener(type: string, listener: (event: OldEvent) => void): void {
    this.#listeners.get(type)?.delete(listener);
  }
  dispatchEvent(event: OldEvent): boolean {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event);
    return true;
  }
}
class OldEvent {
  readonly type: string;
  constructor(type: string) {
    this.type = type;
  }
}
missing(globalThis, 'performance', performance);
missing(globalThis, 'atob', (text: string) => Buffer.from(text, 'base64').toString('latin1'));
missing(globalThis, 'btoa', (text: string) => Buffer.from(text, 'latin1').toString('base64'));
missing(globalThis, 'EventTarget', OldEventTarget);
missing(globalThis, 'Event', OldEvent);

/** The part of the DOM's AbortSignal that the agent's client uses. */
class OldAbortSignal {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<() => void>();
  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }
  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }
  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason ?? new Error('aborted');
    for (const listener of this.#listeners) listener();
  }
}
class OldAbortController {
  readonly signal = new OldAbortSignal();
  abort(reason?: unknown): void {
    this.signal.abort(reason);
  }
}
missing(globalThis, 'AbortController', OldAbortController);
missing(globalThis, 'AbortSignal', OldAbortSignal);

/** What a page is answered with; electron-9.ts reads it. */
class OldResponse {
  readonly body: string | Uint8Array;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(body: string | Uint8Array, init: { status?: number; headers?: Record<string, string> } = {}) {
    this.body = body;
    this.status = init.status ?? 200;
    this.headers = init.headers ?? {};
  }
}
missing(globalThis, 'Response', OldResponse);

/** `throwIfNoEntry` came with Node 14. */
for (const name of ['statSync', 'lstatSync'] as const) {
  const original = fs[name] as (path: fs.PathLike, options?: fs.StatSyncOptions) => fs.Stats;
  const tolerant = (path: fs.PathLike, options?: fs.StatSyncOptions): fs.Stats | undefined => {
    try {
      return original(path, options);
    } catch (error) {
      if (options?.throwIfNoEntry === false && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  Object.assign(fs, { [name]: tolerant });
}

/** Ends the stream when the loop ends, also where later versions were told not to: nobody here goes on after it. */
missing(Readable.prototype, 'iterator', function iterator(this: Readable) {
  return this[Symbol.asyncIterator]();
});
