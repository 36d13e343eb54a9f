/**
 * Runs the built preload script in a page of plain Chromium, with what a preload script has of `electron`:
 * `contextBridge` and `ipcRenderer`. Page and script share one world here, which in Electron they do not.
 */
import type { Page } from 'playwright-core';

const INVOKE = '__electronInvoke';
const PASS = '__electronPass';

/** To be called before the page is loaded. @param script source of the built preload script */
export async function preloadInPage(
  page: Page,
  script: string,
  invoke: (channel: string, args: readonly unknown[]) => Promise<unknown>,
): Promise<void> {
  await page.exposeFunction(INVOKE, invoke);
  await page.addInitScript({ content: `${ELECTRON}((require) => {\n${script}\n});` });
}

/** Of `webContents.send`. The page may be loading or gone: then nobody listens. */
export async function passToPage(page: Page, channel: string, args: readonly unknown[]): Promise<void> {
  // As text, which a browser takes many times faster than a tree.
  await page
    .evaluate(`globalThis.${PASS}?.(${JSON.stringify(channel)}, ${JSON.stringify(args)})`)
    .catch(() => undefined);
}

/** Takes the script as a function of `require`. */
const ELECTRON = `((run) => {
  const listeners = new Map();
  const of = (channel) => listeners.get(channel) ?? listeners.set(channel, new Set()).get(channel);
  globalThis.${PASS} = (channel, args) => {
    for (const listener of of(channel)) listener({}, ...args);
  };
  const ipcRenderer = {
    invoke: (channel, ...args) => globalThis.${INVOKE}(channel, args),
    on: (channel, listener) => of(channel).add(listener),
    removeListener: (channel, listener) => of(channel).delete(listener),
  };
  const contextBridge = {
    exposeInMainWorld: (name, value) => Object.defineProperty(globalThis, name, { value: Object.freeze(value) }),
  };
  run(() => ({ contextBridge, ipcRenderer }));
})`;
