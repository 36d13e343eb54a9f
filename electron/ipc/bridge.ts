/**
 * The narrow way between main and window, as the preload script lays it. Knows no call and no event:
 * those are in schema.ts, and main checks them. Loads nothing, so that the preload script is a few lines.
 */

/** Electron's channels: one for calls, one for events. */
export const CALL_CHANNEL = 'causeway:call';
export const EVENT_CHANNEL = 'causeway:event';

/** What the page finds as `window.causeway`. */
export interface Bridge {
  /** @returns a CallAnswer; never rejects for what main refuses */
  call(name: string, args: unknown): Promise<unknown>;
  /** @returns what ends it */
  listen(listener: (event: unknown) => void): () => void;
}
