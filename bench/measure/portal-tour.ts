/**
 * Everything that is measured of one server's portal, a turn of it at a time.
 */
import type { Browser, Cookie } from 'playwright-core';
import type { z } from 'zod';
import { Visit } from '#lab/browser/visit.ts';
import { FIRST_NAMES, GROUP_KINDS, LAST_NAMES, SITES } from '#lab/population/words.ts';
import type { appliedChanges, PolicyChangeInput } from '#protocol/rest/changes.ts';
import type { machinePage } from '#protocol/rest/machines.ts';
import type { subscription } from '#protocol/rest/policy.ts';
import { type Affected, bringOnline } from '../load/affected.ts';
import { type Company, OWNER, SUBSCRIPTION } from '../load/company.ts';
import { confirm, openPolicy, proposeConnecting, proposeCutting } from './change-by-hand.ts';
import { gzipBytes, measureFirstRows } from './first-rows.ts';
import { measureScrolling, type Scrolling, scrollToEnd } from './scrolling.ts';
import { measureSearching, tellingWords, type Word } from './searching.ts';
import { now, whenTold } from './told.ts';

const COMPUTERS = `/s/${SUBSCRIPTION}/computers`;
const WORDS = 4;
/** For what a page does after its first rows. */
const QUIET_MS = 1_500;

/** Milliseconds from the click (or the request) until the last machine had heard. */
export interface ChangeTold {
  readonly connected: number;
  /** That a peer is revoked, by those that had a grant. */
  readonly revoked: number;
  /** That policy changed, by all that lost somebody. */
  readonly cut: number;
}

export class Tour {
  readonly #browser: Browser;
  readonly #company: Company;
  readonly #visit: Visit;
  readonly #cookies: readonly Cookie[];
  readonly #affected: Affected;
  readonly #words: readonly Word[];

  private constructor(
    browser: Browser,
    company: Company,
    visit: Visit,
    cookies: readonly Cookie[],
    affected: Affected,
    words: readonly Word[],
  ) {
    this.#browser = browser;
    this.#company = company;
    this.#visit = visit;
    this.#cookies = cookies;
    this.#affected = affected;
    this.#words = words;
  }

  /** @param affected machines whose peers the changes change. @param others online beside them */
  static async begin(browser: Browser, company: Company, affected: number, others: number): Promise<Tour> {
    const visit = await Visit.begin(browser, company.url);
    await visit.signIn(OWNER.name, OWNER.password);
    const candidates = [
      ...FIRST_NAMES,
      ...LAST_NAMES,
      ...SITES.map(([, name]) => name.toLowerCase()),
      ...GROUP_KINDS.flatMap(({ prefix }) => prefix ?? []),
    ];
    const words = await tellingWords(candidates, WORDS, async (text) => {
      const page = await ask<z.infer<typeof machinePage>>(visit, 'GET', `machines?limit=1&search=${text}`);
      return page.items[0]?.name;
    });
    const online = await bringOnline(company, visit, affected, others);
    return new Tour(browser, company, visit, await visit.context.cookies(), online, words);
  }

  async firstRows(): Promise<{ ms: number; cpuMs: number; gzipBytes: number }> {
    const { files, ...times } = await measureFirstRows(this.#browser, this.#company.url, this.#cookies, COMPUTERS);
    return { ...times, gzipBytes: await gzipBytes(files) };
  }

  async scrolling(step: number, forMs: number): Promise<Scrolling> {
    await using visit = await this.#open(COMPUTERS);
    return await measureScrolling(visit.page, step, forMs);
  }

  /** The same when all rows are loaded, from the last one up. */
  async scrollingAll(step: number, forMs: number): Promise<Scrolling & { readonly toEndMs: number }> {
    await using visit = await this.#open(COMPUTERS);
    const toEndMs = await scrollToEnd(visit.page);
    await visit.page.waitForTimeout(QUIET_MS);
    return { toEndMs, ...(await measureScrolling(visit.page, step, forMs)) };
  }

  async searching(): Promise<readonly number[]> {
    await using visit = await this.#open(COMPUTERS);
    return await measureSearching(visit.page, this.#words);
  }

  /** Connects the two groups and cuts them again, on the policy page. */
  async changeByHand(times: number): Promise<readonly ChangeTold[]> {
    const { groups } = this.#affected;
    const pair = [groups[0].name, groups[1].name] as const;
    await using visit = await Visit.begin(this.#browser, this.#company.url);
    await visit.context.addCookies([...this.#cookies]);
    return await this.#changes(times, {
      connect: async () => {
        await openPolicy(visit, SUBSCRIPTION);
        await proposeConnecting(visit.page, pair);
        return () => confirm(visit.page, 'Connect');
      },
      cut: async () => {
        await proposeCutting(visit.page, pair);
        return () => confirm(visit.page, 'Cut');
      },
    });
  }

  /** The same by REST: from the request. */
  async changeByRest(times: number): Promise<readonly ChangeTold[]> {
    const [a, b] = this.#affected.groups.map(({ id }) => ({ kind: 'group', id }));
    const apply = (verb: 'connect' | 'disconnect') => async () => {
      const changes = [{ do: verb, a, b }] as PolicyChangeInput[];
      const at = now();
      await ask<z.infer<typeof appliedChanges>>(this.#visit, 'POST', 'changes', { changes });
      return at;
    };
    return this.#changes(times, { connect: async () => apply('connect'), cut: async () => apply('disconnect') });
  }

  async #changes(times: number, ways: Record<'connect' | 'cut', () => Promise<() => Promise<number>>>) {
    const { ofA, ofB } = this.#affected;
    const connections = [...ofA, ...ofB].map(({ connection }) => connection);
    const told: ChangeTold[] = [];
    for (let time = 0; time < times; time++) {
      const connect = await ways.connect();
      const heardConnect = whenTold(connections, 'policy-changed', await this.#policyVersion());
      const connectedAt = await connect();
      const connected = Math.max(...(await heardConnect)) - connectedAt;
      // Everybody has a grant for somebody of the other group, to be told that it is gone.
      for (const [index, { connection }] of ofA.entries()) {
        const peer = ofB[index % ofB.length];
        if (peer !== undefined) await connection.request('peerById', { machine: peer.machine.id });
      }
      const cut = await ways.cut();
      const heardCut = whenTold(connections, 'policy-changed', await this.#policyVersion());
      const heardRevoked = whenTold(connections, 'revoked');
      const cutAt = await cut();
      told.push({
        connected,
        revoked: Math.max(...(await heardRevoked)) - cutAt,
        cut: Math.max(...(await heardCut)) - cutAt,
      });
    }
    return told;
  }

  async #policyVersion(): Promise<number> {
    return (await ask<z.infer<typeof subscription>>(this.#visit, 'GET', '')).policyVersion;
  }

  async #open(path: string): Promise<Visit> {
    const visit = await Visit.begin(this.#browser, this.#company.url);
    await visit.context.addCookies([...this.#cookies]);
    await visit.goTo(path);
    await visit.page.locator('[role=row][data-index="0"]').waitFor();
    await visit.page.waitForTimeout(QUIET_MS);
    return visit;
  }
}

async function ask<Body>(visit: Visit, method: string, path: string, body?: unknown): Promise<Body> {
  const { status, text } = await visit.ask(
    method,
    `/subscriptions/${SUBSCRIPTION}${path === '' ? '' : `/${path}`}`,
    body,
  );
  if (status !== 200) throw new Error(`${method} ${path} was answered with ${status}: ${text}`);
  return JSON.parse(text);
}
