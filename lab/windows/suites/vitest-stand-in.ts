/**
 * Stands for the module `vitest` where Vitest does not run: it needs a native bundler, which has no build for
 * Node 22 under Wine. `expect` and `vi` are Vitest's own; what describes suites and tests is here, as far as
 * our tests use it: hooks, `each`, `skipIf`, time limits. One test after another, in one process.
 */
import './worker-state.ts';
import { format } from 'node:util';

import { expect as expectation, vi } from 'vitest';

export { vi };

/** Vitest's own, but for `poll`, which wants to know the running test. */
export const expect = Object.assign(expectation, { poll });

type Work = (...args: never[]) => unknown;

interface Test {
  readonly kind: 'test';
  readonly name: string;
  readonly work: (context: Context) => unknown;
  readonly timeoutMs: number;
  readonly skipped: boolean;
}

interface Suite {
  readonly kind: 'suite';
  readonly name: string;
  readonly skipped: boolean;
  readonly children: (Suite | Test)[];
  readonly hooks: Record<'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll', Work[]>;
}

/** What a test is given: it may find out that it can not run here. */
interface Context {
  skip(reason?: string): never;
}

class Skipped extends Error {}

const CONTEXT: Context = {
  skip(reason) {
    throw new Skipped(reason);
  },
};

export interface Outcome {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly error?: unknown;
}

/** Six times what vitest.config.ts has: Wine is slower, and more so on a computer that has other things to do. */
const TIMEOUT_MS = 120_000;

let current = suiteOf('', false);

/** @returns what `load` described */
export async function collect(load: () => Promise<unknown>): Promise<Suite> {
  current = suiteOf('', false);
  const root = current;
  await load();
  return root;
}

/** @param isLeftOut by the whole name of a test */
export async function run(
  suite: Suite,
  report: (outcome: Outcome) => void,
  isLeftOut: (name: string) => boolean,
): Promise<void> {
  await runSuite(suite, { path: '', skipped: false, before: [], after: [], isLeftOut }, report);
}

interface Surroundings {
  readonly path: string;
  readonly skipped: boolean;
  readonly before: readonly Work[];
  readonly after: readonly Work[];
  readonly isLeftOut: (name: string) => boolean;
}

async function runSuite(suite: Suite, outer: Surroundings, report: (outcome: Outcome) => void): Promise<void> {
  const inner: Surroundings = {
    path: suite.name === '' ? outer.path : `${outer.path}${suite.name} › `,
    skipped: outer.skipped || suite.skipped,
    before: [...outer.before, ...suite.hooks.beforeEach],
    after: [...suite.hooks.afterEach, ...outer.after],
    isLeftOut: outer.isLeftOut,
  };
  try {
    if (!inner.skipped) for (const hook of suite.hooks.beforeAll) await call(hook);
    for (const child of suite.children) {
      if (child.kind === 'suite') await runSuite(child, inner, report);
      else report(await runTest(child, inner));
    }
    if (!inner.skipped) for (const hook of suite.hooks.afterAll) await call(hook);
  } catch (error) {
    report({ name: `${inner.path}(a hook for all)`, state: 'failed', error });
  }
}

async function runTest(test: Test, { path, skipped, before, after, isLeftOut }: Surroundings): Promise<Outcome> {
  const name = `${path}${test.name}`;
  if (skipped || test.skipped || isLeftOut(name)) return { name, state: 'skipped' };
  let failure: { error: unknown } | undefined;
  const attempt = async (work: () => unknown) => {
    try {
      await within(test.timeoutMs, work);
    } catch (error) {
      failure ??= { error };
    }
  };
  for (const hook of before) if (failure === undefined) await attempt(() => call(hook));
  if (failure === undefined) await attempt(() => test.work(CONTEXT));
  for (const hook of after) await attempt(() => call(hook));
  if (failure?.error instanceof Skipped) return { name, state: 'skipped' };
  return failure === undefined ? { name, state: 'passed' } : { name, state: 'failed', error: failure.error };
}

function call(hook: Work): unknown {
  return (hook as () => unknown)();
}

const [setTimer, clearTimer] = [setTimeout, clearTimeout];

/** By the real clock, also where a test has put another in its place. */
async function within(milliseconds: number, work: () => unknown): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimer(() => reject(new Error(`not done after ${milliseconds} ms`)), milliseconds);
  try {
    await Promise.race([work(), promise]);
  } finally {
    clearTimer(timer);
  }
}

function suiteOf(name: string, skipped: boolean): Suite {
  const hooks = { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
  return { kind: 'suite', name, skipped, children: [], hooks };
}

function addSuite(skipped: boolean, name: string, describeIt: Work): void {
  const outer = current;
  current = suiteOf(name, skipped);
  outer.children.push(current);
  (describeIt as () => void)();
  current = outer;
}

function addTest(skipped: boolean, name: string, work: Work, timeoutMs = TIMEOUT_MS): void {
  const test = work as Test['work'];
  current.children.push({ kind: 'test', name, work: test, timeoutMs: Math.max(timeoutMs, TIMEOUT_MS), skipped });
}

type Add = (skipped: boolean, name: string, work: Work, timeoutMs?: number) => void;
type Options = { readonly timeout?: number };
/** As Vitest takes them: the work last, or a time limit after it, or options before. */
type Described = [Work] | [Work, number | undefined] | [Options, Work];

function described(add: Add) {
  const each =
    (skipped: boolean) =>
    (rows: readonly unknown[]) =>
    (name: string, ...described: Described): void => {
      const { work, timeoutMs } = sorted(described);
      for (const [index, row] of rows.entries()) {
        const args = Array.isArray(row) ? row : [row];
        const title = format(name.replaceAll('%#', String(index)), ...args).slice(0, 200);
        add(skipped, title, () => (work as (...args: unknown[]) => unknown)(...args), timeoutMs);
      }
    };
  const variant = (skipped: boolean) =>
    Object.assign(
      (name: string, ...described: Described): void => {
        const { work, timeoutMs } = sorted(described);
        add(skipped, name, work, timeoutMs);
      },
      { each: each(skipped) },
    );
  return Object.assign(variant(false), { skipIf: (condition: unknown) => variant(Boolean(condition)) });
}

function sorted([first, second]: Described): { work: Work; timeoutMs: number | undefined } {
  if (typeof first === 'function') return { work: first, timeoutMs: second as number | undefined };
  return { work: second as Work, timeoutMs: first.timeout };
}

/** Asks until the expectation holds. */
function poll(ask: () => unknown, { timeout = 1_000 } = {}): unknown {
  const get =
    (_target: object, matcher: string) =>
    (...args: unknown[]) =>
      vi.waitFor(async () => {
        const expected = expectation(await ask()) as unknown as Record<string, (...args: unknown[]) => void>;
        expected[matcher]?.(...args);
      }, timeout * 5);
  return new Proxy({}, { get });
}

export const describe = described(addSuite);
export const test = described(addTest);
export const it = test;

const hook = (kind: keyof Suite['hooks']) => (work: Work) => void current.hooks[kind].push(work);
export const beforeAll = hook('beforeAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const afterAll = hook('afterAll');
