/**
 * The window's end of the IPC: typed calls and events over the bridge that the preload script has put
 * into the page. What main answers is taken as its schema says; main has checked it.
 */
import type { Bridge } from '#electron/ipc/bridge.ts';
import type { CallAnswer, CallArguments, CallName, CallResult, DesktopEvent } from '#electron/ipc/schema.ts';
import { Refusal } from './refusal.ts';

declare global {
  interface Window {
    readonly causeway: Bridge;
  }
}

/** Rejects with a {@link Refusal} in the catalogue's words. */
export async function call<Name extends CallName>(name: Name, args: CallArguments<Name>): Promise<CallResult<Name>> {
  const answer = (await window.causeway.call(name, args)) as CallAnswer;
  if (!answer.ok) throw new Refusal(answer.error);
  return answer.result as CallResult<Name>;
}

/** @returns what ends it */
export function listen(listener: (event: DesktopEvent) => void): () => void {
  return window.causeway.listen((event) => listener(event as DesktopEvent));
}
