/**
 * What every fault is measured by: an application that writes entries from one machine to another and counts what
 * was acknowledged, an administrator whose acknowledged changes must survive, the status, and what
 * `causeway diagnose` says. Each fault becomes a row of docs/faults.md.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { Check } from '#protocol/local-api.ts';
import type { Administrator } from '../administrator.ts';
import { type AgentOnHost, type Causeway, until } from '../causeway.ts';
import type { Host, Program } from '../hosts/host.ts';
import type { Story } from '../scenarios/story.ts';
import type { FaultRow } from './fault-table.ts';

/** Generous: the figures tell how it was, and a busy computer must not fail here. */
const BACK_WITHIN_MS = 90_000;
const NAMED_WITHIN_MS = 45_000;
const LEDGER = fileURLToPath(new URL('../traffic/ledger.ts', import.meta.url));

export interface Fault {
  /** As the table has it; the step is called so too. */
  readonly name: string;
  /** Makes it happen, and returns once it has. */
  inject(): Promise<void>;
  /** Ends the cause; nobody touches what suffered from it. */
  heal(): Promise<void>;
  /**
   * One of these codes is named by `causeway diagnose` on the laptop, or by `causeway-relay check` on the server,
   * while it lasts. Null for a fault that nobody is to notice.
   */
  readonly named: { readonly by: 'agent' | 'server'; readonly codes: readonly string[] } | null;
  /** Also while it lasts. @returns what its user saw, for the table */
  meanwhile?(): Promise<string>;
}

export class FaultLab {
  readonly story: Story;
  readonly causeway: Causeway;
  readonly administrator: Administrator;
  readonly laptop: AgentOnHost;
  readonly rows: FaultRow[] = [];
  readonly #book: Program;
  readonly #writer: Program;
  readonly #pings: Program;
  #changes = 0;

  private constructor(
    story: Story,
    causeway: Causeway,
    administrator: Administrator,
    book: Program,
    writer: Program,
    pings: Program,
  ) {
    this.story = story;
    this.causeway = causeway;
    this.administrator = administrator;
    this.laptop = causeway.agent('laptop');
    this.#book = book;
    this.#writer = writer;
    this.#pings = pings;
  }

  /** The laptop writes to sql01, which keeps the book. @param serveOptions further options of `causeway-relay serve` */
  static async start(story: Story, serveOptions: readonly string[] = []): Promise<FaultLab> {
    const { causeway, administrator } = await story.startCauseway(undefined, serveOptions);
    const made: FaultLab[] = [];
    await story.step('an application on laptop writes entries to sql01', async () => {
      const office = await administrator.group('office');
      await administrator.setInterconnected(office, true);
      const token = await administrator.token(office);
      const [laptop, sql01] = [story.lab.host('laptop'), story.lab.host('sql01')];
      await causeway.activate(sql01, token);
      await causeway.activate(laptop, token);
      const book = sql01.spawn('ledger', [process.execPath, LEDGER, 'keep']);
      await book.prints(/ready/);
      const writer = laptop.spawn('ledger', [process.execPath, LEDGER, 'write', 'sql01']);
      await writer.prints(/"acked":5,/, 30_000);
      const { ipv4 } = await causeway.agent('sql01').addresses();
      const pings = laptop.spawn('ping', ['ping', '-D', '-i', '0.2', ipv4]);
      await pings.prints(/icmp_seq/);
      made.push(new FaultLab(story, causeway, administrator, book, writer, pings));
      return 'five entries are acknowledged';
    });
    const [lab] = made;
    assert(lab !== undefined);
    return lab;
  }

  get relayHost(): Host {
    return this.story.lab.host('relay');
  }

  /** One fault, from its beginning to the end of what it did. */
  async suffer(fault: Fault): Promise<void> {
    await this.story.step(fault.name, async () => {
      const change = await this.#acknowledgedChange();
      const before = this.acknowledged();
      await fault.inject();
      const seen = (await fault.meanwhile?.()) ?? (await this.#seen(fault));
      const codes = fault.named === null ? [] : await this.#named(fault.named);
      const status = seen === '' ? await this.statusWords() : seen;
      await fault.heal();
      const healedAt = Date.now();
      await this.#writesAgain(healedAt);
      const recoveryMs = await this.#pingedAfter(healedAt);
      const applicationMs = this.#firstAckAfter(healedAt) - healedAt;
      await this.#everyPartIsWell();
      await this.#isThere(change);
      const { missing } = await this.#entries();
      assert.equal(missing, 0, `${missing} acknowledged entries are lost`);
      const row: FaultRow = {
        fault: fault.name,
        seen: status,
        recoveryMs,
        applicationMs,
        lost: missing,
        named: codes.join(', '),
      };
      this.rows.push(row);
      this.story.figures[`${figureOf(fault.name)}RecoveryMs`] = recoveryMs;
      const entries = this.acknowledged() - before;
      return `seen: ${status}; named: ${row.named || 'nothing to name'}; back ${recoveryMs} ms after its end, the application after ${applicationMs} ms; ${entries} entries meanwhile, none lost`;
    });
  }

  /** Entries that the other side has said it has. */
  acknowledged(): number {
    return Number([...this.#writer.output.matchAll(/"acked":(\d+)/g)].at(-1)?.[1] ?? 0);
  }

  /** The application goes on while the fault lasts. */
  async goesOn(withinMs = 15_000): Promise<void> {
    const now = Date.now();
    await until(
      async () => this.#firstAckAfter(now) > now,
      withinMs,
      () => `the application stands still, and should not\n${this.#writer.tail(2)}`,
    );
  }

  /** What `causeway status` says now, in a few words. */
  async statusWords(agent: AgentOnHost = this.laptop): Promise<string> {
    const { code, stdout, stderr } = await agent.causeway(['status', '--json'], { timeoutMs: 15_000 });
    if (code === null) return 'no answer';
    if (code !== 0) return /error (\w+)/.exec(stderr)?.[1] ?? 'no agent';
    const { summary, parts } = JSON.parse(stdout) as Awaited<ReturnType<AgentOnHost['status']>>;
    const failed = Object.values(parts).find(({ state }) => state === 'failed')?.error?.code;
    return failed === undefined ? summary : `${summary}, ${failed}`;
  }

  /** Waits until the status says so. @returns what it says */
  async saysOnce(pattern: RegExp): Promise<string> {
    let words = '';
    await until(
      async () => {
        words = await this.statusWords();
        return pattern.test(words);
      },
      NAMED_WITHIN_MS,
      () => `the status says ${words}`,
    );
    return words;
  }

  async #seen({ named }: Fault): Promise<string> {
    if (named?.by !== 'agent') return '';
    // A fault shows in the status as soon as an answer is owed for too long.
    const deadline = Date.now() + NAMED_WITHIN_MS / 2;
    for (;;) {
      const words = await this.statusWords();
      if (words !== 'connected' || Date.now() > deadline) return words;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async #named({ by, codes }: NonNullable<Fault['named']>): Promise<readonly string[]> {
    let said: readonly string[] = [];
    await until(
      async () => {
        said = by === 'agent' ? await this.#diagnosis() : await this.#serverCheck();
        return codes.some((code) => said.includes(code));
      },
      NAMED_WITHIN_MS,
      () =>
        `${by === 'agent' ? 'causeway diagnose' : 'causeway-relay check'} names ${said.join(', ') || 'nothing'}, not ${codes.join(' or ')}`,
    );
    const first = said.find((code) => codes.includes(code));
    return first === undefined ? [] : [`${first}${by === 'server' ? ' (server)' : ''}`];
  }

  async #diagnosis(): Promise<readonly string[]> {
    const { stdout } = await this.laptop.causeway(['diagnose', '--json'], { timeoutMs: 60_000 });
    if (stdout.trim() === '') return [];
    const checks = JSON.parse(stdout) as Check[];
    return checks.filter(({ ok }) => !ok).map(({ detail }) => /\[(\w+)\]$/.exec(detail)?.[1] ?? detail);
  }

  async #serverCheck(): Promise<readonly string[]> {
    const { stdout } = await this.causeway.relayCommand(['check', '--json']);
    const checks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { code: string | null });
    return checks.flatMap(({ code }) => code ?? []);
  }

  /** A change that the server has acknowledged before the fault. */
  async #acknowledgedChange(): Promise<string> {
    const name = `before-${++this.#changes}`;
    await this.administrator.group(name);
    return name;
  }

  async #isThere(group: string): Promise<void> {
    let answer = await this.administrator.attempt('GET', `/groups/${group}`).catch(() => null);
    await until(
      async () => {
        answer = await this.administrator.attempt('GET', `/groups/${group}`).catch(() => null);
        return answer !== null;
      },
      BACK_WITHIN_MS,
      () => 'the server does not answer its administrator',
    );
    assert.equal(answer?.status, 200, `the group ${group}, which was acknowledged, is gone`);
  }

  async #writesAgain(since: number): Promise<void> {
    await until(
      async () => this.#firstAckAfter(since) > since,
      BACK_WITHIN_MS,
      () => `no entry is acknowledged\n${this.#writer.tail(2)}\n${this.laptop.program.tail()}`,
    );
  }

  /** @returns milliseconds from a moment to the first answered ping after it */
  async #pingedAfter(since: number): Promise<number> {
    const answered = () =>
      [...this.#pings.output.slice(-60_000).matchAll(/^\[(\d+\.\d+)\] \d+ bytes from/gm)]
        .map(([, seconds]) => Math.round(Number(seconds) * 1_000))
        .find((at) => at > since);
    await until(
      async () => answered() !== undefined,
      BACK_WITHIN_MS,
      () => `no ping is answered\n${this.#pings.tail(3)}`,
    );
    return (answered() ?? since) - since;
  }

  /** Time of the first entry that was acknowledged after a moment; 0 before it. */
  #firstAckAfter(since: number): number {
    const times = [...this.#writer.output.slice(-20_000).matchAll(/"at":(\d+)/g)].map(([, at]) => Number(at));
    return times.find((at) => at > since) ?? 0;
  }

  async #everyPartIsWell(): Promise<void> {
    await Promise.all(['laptop', 'sql01'].map((name) => this.causeway.agent(name).connected(BACK_WITHIN_MS)));
  }

  async #entries(): Promise<{ entries: number; missing: number; twice: number }> {
    const lines = () => [...this.#book.output.matchAll(/^\{"entries".*$/gm)];
    const count = lines().length;
    await this.story.lab.host('sql01').must(['kill', '-USR2', String(this.#book.pid)]);
    await until(
      async () => lines().length > count,
      5_000,
      () => 'the book does not say what it has',
    );
    return JSON.parse(lines().at(-1)?.[0] ?? '{}') as { entries: number; missing: number; twice: number };
  }
}

/** `kill -9 of the relay` → `kill9OfTheRelay`. */
function figureOf(name: string): string {
  const words = name.replace(/[^A-Za-z0-9 ]/g, '').split(/\s+/);
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}
