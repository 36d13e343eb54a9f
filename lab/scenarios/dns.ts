/**
 * Names, on every kind of computer that Linux has: each way to resolve names, with its real programs, beside
 * the agent; what becomes of them when it starts, stops, is killed, and when others change them meanwhile.
 */
import assert from 'node:assert/strict';
import { Capture } from '../capture/capture.ts';
import { type Causeway, until } from '../causeway.ts';
import { cloudOf, type LabDescription, officeOf } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { RESOLVER_KINDS, type ResolverKind, type SiteNames } from '../resolvers/kinds.ts';
import { load } from '../resolvers/load.ts';
import { addressSeen, type Known, seesAll } from '../resolvers/look.ts';
import { unpack } from '../resolvers/packages.ts';
import { questionsToAgent } from '../resolvers/questions.ts';
import type { Scenario, Story } from './story.ts';

const SUBSCRIPTION = 'contoso';
const LOAD_SECONDS = process.env.LAB_LONG === '1' ? 600 : 5;
const ROUTER = '10.20.0.1';
const AT_FIRST: SiteNames = { server: ROUTER, search: 'office.lab' };
const CHANGED: SiteNames = { server: ROUTER, search: 'second.lab office.lab' };
const PACKAGES = [...new Set(RESOLVER_KINDS.flatMap((kind) => kind.package ?? [])), 'dnsmasq-base'];

const DNS_LAB: LabDescription = {
  servers: [{ name: 'relay', address: '198.18.0.10' }],
  names: {
    'printer.office.lab': '10.20.0.9',
    'scanner.second.lab': '10.20.0.7',
    // The office has a computer of its own that is called like a machine of the network.
    'twin.office.lab': '10.20.0.8',
  },
  sites: [
    officeOf([
      { name: 'sql01', address: '192.168.1.10' },
      { name: 'twin', address: '192.168.1.11' },
    ]),
    cloudOf(RESOLVER_KINDS.map(({ host }, at) => ({ name: host, address: `10.20.0.${20 + at}` }))),
  ],
};

/** Why a package could not be fetched, by its name. */
const missing = new Map<string, string>();

export const dns: Scenario = {
  name: 'dns',
  shows: 'names in every set-up of Linux, whatever happens to it; a table of results, and a load on the resolver',
  needs: ['dbus-daemon', 'dnsperf'],
  lab: DNS_LAB,
  prepare() {
    for (const name of PACKAGES) {
      const why = unpack(name);
      if (why !== null) missing.set(name, why);
    }
    return null;
  },
  async tell(story) {
    const { causeway, administrator } = await story.startCauseway();
    const [web, servers] = [await administrator.role('web'), await administrator.group('servers')];
    await administrator.connect(web, servers);
    const table = new Table(story);
    const machines: Known[] = [];

    await story.step('each computer resolves names in its own way, by its own programs', async () => {
      await table.each(async ({ kind, host }) => {
        await kind.setUp(host, AT_FIRST);
      });
      for (const name of ['sql01', 'twin']) {
        const agent = await causeway.activate(story.lab.host(name), await administrator.token(servers));
        machines.push({ name, ...(await agent.addresses()) });
      }
      return table.summary('is set up');
    });
    const [machine, twin] = machines as [Known, Known];
    const site = { 'relay.lab': '198.18.0.10', printer: '10.20.0.9', 'twin.office.lab': '10.20.0.8' };
    const down = { up: false, subscription: SUBSCRIPTION, machine, twin, site };
    const up = { ...down, up: true };
    const token = await administrator.token(web);
    const inTurn = oneAfterAnother();

    await table.column('before', ({ host }) => seesAll(host, down));
    await table.column('start', async (row) => {
      row.original = await row.host.fingerprint('/etc/resolv.conf');
      row.loopback = await Capture.start(row.host, `${story.lab.directory}/${row.host.name}-lo.pcap`, 'lo');
      await inTurn(() => causeway.activate(row.host, token));
      await seesAll(row.host, up);
      const { parts } = await inTurn(() => causeway.agent(row.host.name).status());
      assert.match(parts.names.detail ?? '', new RegExp(` by ${row.kind.mode}$`));
    });
    await table.column('rewritten', async ({ kind, host }) => {
      await kind.rewrite(host, CHANGED);
      await seesAll(host, { ...up, site: { ...site, scanner: '10.20.0.7' } });
      await kind.rewrite(host, AT_FIRST);
      await seesAll(host, up);
    });
    await table.column('network', async ({ host }) => {
      await story.lab.cutLink(host.name);
      await story.lab.cutLink(host.name, false);
      await host.run(['ip', 'route', 'add', 'default', 'via', ROUTER]);
      await seesAll(host, up);
    });
    await table.column('others', async (row) => {
      const asked = questionsToAgent((await row.loopback?.stop()) ?? []);
      const ours = /(^|\.)causeway\.internal$|\.100\.in-addr\.arpa$|\.d\.f\.ip6\.arpa$/;
      const others = asked.filter((name) => !ours.test(name));
      assert(asked.length > others.length, 'it was never asked for its own names');
      if (row.kind.splits) assert.deepEqual([...new Set(others)], []);
      return `${others.length}`;
    });
    await table.column('bare twin', async ({ kind, host }) => {
      const seen = await addressSeen(host, twin.name);
      // What a bare name means is not to change because the computer takes part in a network.
      if (kind.ordersSearch) assert(['10.20.0.8', twin.ipv4].includes(seen), seen);
      else assert.equal(seen, '10.20.0.8');
      return seen === twin.ipv4 ? 'network' : 'office';
    });
    await table.column('kill -9', async ({ kind, host }) => {
      await causeway.agent(host.name).kill();
      await seesAll(host, { ...down, siteOnly: kind.silentWhenDead ?? false });
      await inTurn(() => causeway.startAgent(host));
      await seesAll(host, up);
    });
    await table.column('stop', async (row) => {
      await inTurn(() => causeway.agent(row.host.name).must('down'));
      await seesAll(row.host, down);
      await isAsBefore(row);
    });
    await story.step('the table of results', async () => table.text());
    await underLoad(story, causeway, up.machine);
  },
};

interface Row {
  readonly kind: ResolverKind;
  readonly host: Host;
  original?: string;
  loopback?: Capture;
}

/** Every column is a step of the story, in which all computers are looked at side by side. */
class Table {
  readonly #story: Story;
  readonly #rows: readonly Row[];
  readonly #cells = new Map<string, Map<Row, string>>();

  constructor(story: Story) {
    this.#story = story;
    const kinds = RESOLVER_KINDS.filter((kind) => kind.package === null || !missing.has(kind.package));
    this.#rows = kinds.map((kind) => ({ kind, host: story.lab.host(kind.host) }));
  }

  async each(act: (row: Row) => Promise<unknown>): Promise<void> {
    await Promise.all(this.#rows.map(act));
  }

  /** @param act throws where something is wrong, and may return what is to be written into the cell */
  async column(title: string, act: (row: Row) => Promise<unknown>): Promise<void> {
    const cells = new Map<Row, string>();
    this.#cells.set(title, cells);
    await this.#story.step(title, async () => {
      const wrong: string[] = [];
      await this.each(async (row) => {
        try {
          const result = await act(row);
          cells.set(row, typeof result === 'string' ? result : 'ok');
        } catch (error) {
          cells.set(row, 'WRONG');
          wrong.push(`${row.kind.title}: ${error instanceof Error ? error.message : String(error)}`);
        }
      });
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      return this.summary([...new Set(cells.values())].join(', '));
    });
  }

  summary(word: string): string {
    const skipped = [...missing.values()].map((why) => ` Left out: ${why}`).join('');
    return `${this.#rows.map(({ kind }) => kind.title).join(', ')}: ${word}.${skipped}`;
  }

  text(): string {
    const titles = [...this.#cells.keys()];
    const lines = [
      ['', ...titles],
      ...this.#rows.map((row) => [row.kind.title, ...titles.map((title) => this.#cells.get(title)?.get(row) ?? '')]),
    ];
    const widths = [0, ...titles].map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
    return lines.map((line) => `\n${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`).join('');
  }
}

/** Agents that all start at once would share two processors until their commands give up. */
function oneAfterAnother(): <Result>(act: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const result = last.then(act);
    last = result.catch(() => undefined);
    return result;
  };
}

async function isAsBefore(row: Row): Promise<void> {
  let now = '';
  await until(
    async () => {
      now = await row.host.fingerprint('/etc/resolv.conf');
      return now === row.original;
    },
    5_000,
    () => `resolv.conf is not what it was:\n${Buffer.from(now, 'base64')}`,
  );
  if (row.kind.bound) await row.host.must(['sh', '-c', 'mount | grep -q " /etc/resolv.conf "']);
}

async function underLoad(story: Story, causeway: Causeway, machine: Known): Promise<void> {
  const host = story.lab.host('plain');
  await causeway.agent('plain').must('up');
  await causeway.agent('plain').connected(60_000);
  const domain = `${SUBSCRIPTION}.causeway.internal`;
  const reverse = `${machine.ipv4.split('.').reverse().join('.')}.in-addr.arpa`;
  const questions = [
    `${machine.name}.${domain} A`,
    `${machine.name}.${domain} AAAA`,
    `plain.${domain} A`,
    `${reverse} PTR`,
    `nobody.${domain} A`,
    `${domain} SOA`,
  ];
  await story.step(`dnsperf asks for ${LOAD_SECONDS} s`, async () => {
    const said: string[] = [];
    for (const mode of ['udp', 'tcp'] as const) {
      const seconds = mode === 'udp' ? LOAD_SECONDS : Math.min(LOAD_SECONDS, 5);
      const result = await load(host, questions, { seconds, perSecond: 1_000, mode });
      assert.equal(result.lost, 0, `${result.lost} of ${result.questions} questions were not answered by ${mode}`);
      assert.deepEqual(Object.keys(result.codes).sort(), ['NOERROR', 'NXDOMAIN']);
      assert(result.questions > seconds * 500, `only ${result.questions} questions were asked by ${mode}`);
      story.figures[`${mode}Questions`] = result.questions;
      story.figures[`${mode}MedianMs`] = result.medianMs;
      story.figures[`${mode}P99Ms`] = result.p99Ms;
      said.push(`${result.questions} by ${mode.toUpperCase()}, median ${result.medianMs} ms, p99 ${result.p99Ms} ms`);
    }
    return `${said.join('; ')}; none was lost or failed`;
  });
}
