/**
 * How long a page of the portal takes from the navigation, with an empty cache, to the frame that shows the
 * first rows of its table; and what it downloads for that.
 */
import { get } from 'node:https';
import type { Browser, Cookie } from 'playwright-core';
import { Visit } from '#lab/browser/visit.ts';
import { startPageCpu } from './page-cpu.ts';

export interface FirstRows {
  readonly ms: number;
  /** Milliseconds of processor time that the page's main thread took until then. */
  readonly cpuMs: number;
  /** Addresses of the page and of all scripts and styles that it had loaded by then. */
  readonly files: readonly string[];
}

/** Runs in the page, from its beginning. */
const WATCH = `globalThis.firstRowsAt = new Promise((resolve) => {
  const look = () => {
    const row = document.querySelector('[role=row][data-index]');
    if (row === null || row.textContent === '') requestAnimationFrame(look);
    // The frame in which it is found is painted before the next one.
    else requestAnimationFrame(() => resolve(performance.now()));
  };
  requestAnimationFrame(look);
})`;
const FILES = `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/assets/'))`;

export async function measureFirstRows(
  browser: Browser,
  server: string,
  cookies: readonly Cookie[],
  path: string,
): Promise<FirstRows> {
  await using visit = await Visit.begin(browser, server);
  await visit.context.addCookies([...cookies]);
  await visit.context.addInitScript(WATCH);
  const cpu = await startPageCpu(visit.page);
  await visit.page.goto(visit.address(path), { waitUntil: 'commit' });
  const ms = await visit.page.evaluate<number>('globalThis.firstRowsAt');
  const cpuMs = await cpu();
  const files = await visit.page.evaluate<string[]>(FILES);
  const [wrong] = visit.takeFindings();
  if (wrong !== undefined) throw new Error(`${path}: ${wrong}`);
  return { ms, cpuMs, files: [visit.address(path), ...files] };
}

/** @returns bytes of all bodies as the server sends them to somebody who takes gzip only */
export async function gzipBytes(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(bytesOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function bytesOf(file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip', accept: 'text/html,*/*' };
    // The certificate is the server's own.
    get(file, { headers, rejectUnauthorized: false, agent: false }, (answer) => {
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
      });
      answer.on('error', reject).on('end', () => resolve(size));
    }).on('error', reject);
  });
}
