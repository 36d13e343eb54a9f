/**
 * The bridge between window and main, laid by Playwright in the place of the preload script. Every call is
 * answered as main answers it, by the same code; what a handler gives and what is sent is held against the
 * IPC schema, so that a double can not say what the application could not.
 */
import type { Page } from 'playwright-core';
import type { CallAnswer, DesktopEvent } from '#electron/ipc/schema.ts';
import { answerCall, type CallHandlers } from '#electron/main/calls.ts';
import { wrongWithAnswer, wrongWithEvent } from './contract.ts';

const CALL = '__causewayCall';
const EVENT = '__causewayEvent';

export interface DoubleBridge {
  /** Sends to the page, if it listens; several come at one stroke. Resolves when they have arrived. */
  send(...events: DesktopEvent[]): Promise<void>;
  /** What no call and no event may be; empty when all is well. */
  readonly bugs: readonly string[];
}

/** To be called before the page is loaded. */
export async function layBridge(page: Page, handlers: CallHandlers): Promise<DoubleBridge> {
  const bugs: string[] = [];
  await page.exposeFunction(CALL, async (name: string, args: unknown): Promise<CallAnswer> => {
    const answer = await answerCall(handlers, name, args, (call, error) => bugs.push(`${call}: ${String(error)}`));
    const wrong = wrongWithAnswer(name, answer);
    if (wrong !== null) bugs.push(wrong);
    return answer;
  });
  await page.addInitScript(layInPage, [CALL, EVENT] as const);
  return {
    bugs,
    async send(...events) {
      for (const event of events) {
        const wrong = wrongWithEvent(event);
        if (wrong !== null) bugs.push(wrong);
      }
      // As text, which a browser takes many times faster than a tree. The page may be loading or gone: then nobody listens.
      await page.evaluate(passOn, [EVENT, JSON.stringify(events)] as const).catch(() => undefined);
    },
  };
}

type InPage = Record<string, unknown>;

/** Runs in the page before anything of its own: what preload.ts does. */
function layInPage([call, event]: readonly [string, string]): void {
  const page = globalThis as unknown as InPage;
  const listeners = new Set<(event: unknown) => void>();
  page[event] = (sent: unknown) => {
    for (const listener of listeners) listener(sent);
  };
  const bridge = Object.freeze({
    call: (name: string, args: unknown) => (page[call] as (name: string, args: unknown) => unknown)(name, args),
    listen: (listener: (event: unknown) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  Object.defineProperty(page, 'causeway', { value: bridge });
}

function passOn([name, events]: readonly [string, string]): void {
  const listener = (globalThis as unknown as InPage)[name] as ((event: unknown) => void) | undefined;
  for (const event of JSON.parse(events)) listener?.(event);
}
