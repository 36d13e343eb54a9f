/**
 * How smoothly a long table scrolls: the time between frames while a wheel turns over it, and how much of
 * what is in sight has no row in those frames.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startPageCpu } from './page-cpu.ts';
import { percentile } from './percentiles.ts';

export interface Scrolling {
  readonly frames: number;
  /** Milliseconds. */
  readonly medianFrame: number;
  readonly p95Frame: number;
  /** Milliseconds of processor time that the page's main thread took for each. */
  readonly cpuOfFrame: number;
  /** Percent of the height in sight, over all frames. */
  readonly blank: number;
  /** Rows that went by. */
  readonly rows: number;
}

const WHEEL_EVERY_MS = 16;

/** Runs in the page until it is stopped; rows are of one height, and those in the page stand without gaps. */
const WATCH = `(() => {
  const scroller = document.querySelector('[role=table]').parentElement;
  const seen = { times: [], blank: 0, highest: 0, stopped: false };
  globalThis.scrolling = seen;
  const rowHeight = document.querySelector('[role=row][data-index]').offsetHeight;
  const look = (time) => {
    if (seen.stopped) return;
    seen.times.push(time);
    const rows = document.querySelectorAll('[role=row][data-index]');
    const total = Number(document.querySelector('[role=table]').getAttribute('aria-rowcount')) - 1;
    const top = scroller.scrollTop;
    const bottom = Math.min(top + scroller.clientHeight, total * rowHeight);
    const first = Number(rows[0]?.dataset.index ?? 0) * rowHeight;
    const last = (Number(rows[rows.length - 1]?.dataset.index ?? -1) + 1) * rowHeight;
    const covered = Math.max(0, Math.min(bottom, last) - Math.max(top, first));
    if (bottom > top) seen.blank += 1 - covered / (bottom - top);
    seen.highest = Math.max(seen.highest, bottom / rowHeight);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;
const STOP = `(() => {
  const seen = globalThis.scrolling;
  seen.stopped = true;
  return seen;
})()`;

/** Scrolls until the last of all rows is there. @returns milliseconds */
export async function scrollToEnd(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const from = performance.now();
    const scroller = document.querySelector('[role=table]').parentElement;
    const go = () => {
      scroller.scrollTop = scroller.scrollHeight;
      const last = [...document.querySelectorAll('[role=row][data-index]')].pop();
      const total = document.querySelector('[role=table]').getAttribute('aria-rowcount');
      if (last?.getAttribute('aria-rowindex') === total) resolve(performance.now() - from);
      else requestAnimationFrame(go);
    };
    go();
  })`);
}

/** @param step pixels of each turn of the wheel, sixty a second; at an end the other way */
export async function measureScrolling(page: Page, step: number, forMs: number): Promise<Scrolling> {
  // Not by hover(), which would scroll the table's first rows into sight.
  const box = await page.locator('[role=table]').locator('..').boundingBox();
  if (box === null) throw new Error('there is no table');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const cpu = await startPageCpu(page);
  await page.evaluate(WATCH);
  const until = performance.now() + forMs;
  let direction = 1;
  while (performance.now() < until) {
    const from = performance.now();
    await page.mouse.wheel(0, direction * step);
    if (await page.evaluate<boolean>(atEnd(direction))) direction = -direction;
    await pause(Math.max(0, WHEEL_EVERY_MS - (performance.now() - from)));
  }
  const { times, blank, highest } = await page.evaluate<{ times: number[]; blank: number; highest: number }>(STOP);
  const cpuMs = await cpu();
  const frames = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return {
    frames: frames.length,
    medianFrame: percentile(frames, 50),
    p95Frame: percentile(frames, 95),
    cpuOfFrame: cpuMs / frames.length,
    blank: (blank / times.length) * 100,
    rows: highest,
  };
}

function atEnd(direction: number): string {
  const scroller = `document.querySelector('[role=table]').parentElement`;
  const rowCount = `Number(document.querySelector('[role=table]').getAttribute('aria-rowcount'))`;
  return direction < 0
    ? `${scroller}.scrollTop === 0`
    : `(() => { const last = [...document.querySelectorAll('[role=row][data-index]')].pop();
        return Number(last?.getAttribute('aria-rowindex')) >= ${rowCount}
          && ${scroller}.scrollTop + ${scroller}.clientHeight >= ${scroller}.scrollHeight - 1; })()`;
}
