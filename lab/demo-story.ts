/**
 * The steps of the demo: what happens, and what it proves, in words for somebody who has never heard of
 * Causeway. Each step is checked, not just shown.
 */
import assert from 'node:assert/strict';
import type { Administrator, Side } from './administrator.ts';
import type { Causeway } from './causeway.ts';
import { type LabDescription, STANDARD_LAB } from './hosts/description.ts';
import type { Enclosure } from './hosts/enclosure.ts';
import { mustPsql, PASSWORD_FILE, startPostgres } from './postgres.ts';
import { type Narrator, type ScenarioResult, type StepResult, type Story, tellScenario } from './scenarios/story.ts';
import { fetchPage, knowsName, offerServices, pings, waitForPage } from './traffic/probes.ts';
import { measureRoundTrip, measureThroughput } from './traffic/rates.ts';

export interface DemoResult {
  readonly ok: boolean;
  readonly steps: readonly StepResult[];
  /** One TCP stream from sql01 to web-1, application bytes. */
  readonly throughputMbps: number | null;
  readonly rttMs: number | null;
  readonly relayCpuSecondsPerGB: number | null;
  /** Of both agents together. */
  readonly agentCpuSecondsPerGB: number | null;
}

/** The standard lab, without what the demo does not use. */
const DEMO_LAB: LabDescription = {
  servers: STANDARD_LAB.servers,
  sites: STANDARD_LAB.sites
    .filter((site) => site.name !== 'branch')
    .map((site) => ({ ...site, hosts: site.hosts.filter((host) => host.name !== 'web-2') })),
};

const STREAM_BYTES = 1_000_000_000;

export async function tellDemo(enclosure: Enclosure, narrator: Narrator): Promise<DemoResult> {
  const scenario = { name: 'demo', shows: '', needs: [], lab: DEMO_LAB, tell };
  const result: ScenarioResult = await tellScenario(scenario, enclosure, narrator);
  const figure = (name: string) => result.figures[name] ?? null;
  return {
    ok: result.ok,
    steps: result.steps,
    throughputMbps: figure('throughputMbps'),
    rttMs: figure('rttMs'),
    relayCpuSecondsPerGB: figure('relayCpuSecondsPerGB'),
    agentCpuSecondsPerGB: figure('agentCpuSecondsPerGB'),
  };
}

interface Sides {
  readonly databases: Side;
  readonly web: Side;
}

async function tell(story: Story): Promise<void> {
  await showTheFirewall(story);
  const { causeway, administrator } = await story.startCauseway(
    'The relay server starts, and its administrator makes a subscription',
  );
  const sides = await activateAll(story, causeway, administrator);
  await showDefaultDeny(story, causeway);
  await connectRoleToGroup(story, administrator, sides);
  await useIt(story, causeway);
  await measureIt(story, causeway);
}

async function showTheFirewall(story: Story): Promise<void> {
  const { lab } = story;
  await story.step('An office, a cloud and a relay host stand, each on a network of its own', async () => {
    const [sql01, web1, relay] = [lab.host('sql01'), lab.host('web-1'), lab.host('relay')];
    assert(!(await pings(sql01, relay.address)), 'a ping gets through the office firewall');
    assert(!(await pings(web1, sql01.address)), 'web-1 reaches sql01 without Causeway');
    return 'They are Linux namespaces with real NAT and a real firewall. The office lets out TCP to port 443 and nothing else, and lets nothing in: neither a ping to the relay host nor anything from web-1 to sql01 gets through.';
  });
}

async function activateAll(story: Story, causeway: Causeway, administrator: Administrator): Promise<Sides> {
  const { lab } = story;
  const sides = { databases: await administrator.group('databases'), web: await administrator.role('web') };
  await story.step('Two computers and a role instance are activated, each with a token', async () => {
    const computers = await administrator.token(sides.databases);
    await causeway.activate(lab.host('sql01'), computers);
    await causeway.activate(lab.host('pc02'), computers);
    await causeway.activate(lab.host('web-1'), await administrator.token(sides.web));
    const lines: string[] = [];
    for (const name of ['sql01', 'pc02', 'web-1']) {
      const { machine } = await causeway.agent(name).connected();
      assert(machine !== null);
      lines.push(`${name.padEnd(6)} ${machine.ipv4.padEnd(16)} ${machine.ipv6.padEnd(39)}  ${machine.memberOf ?? ''}`);
    }
    return ['Each has proven its keys, and got addresses that stay its own:', ...lines].join('\n');
  });
  return sides;
}

async function showDefaultDeny(story: Story, causeway: Causeway): Promise<void> {
  const [sql01, web1] = [story.lab.host('sql01'), story.lab.host('web-1')];
  await story.step('Nothing reaches anything by default', async () => {
    const { ipv4 } = await causeway.agent('sql01').addresses();
    assert(!(await knowsName(web1, 'sql01')), 'web-1 can look up sql01');
    assert(!(await pings(web1, ipv4)), 'web-1 pings sql01');
    const back = (await causeway.agent('web-1').addresses()).ipv4;
    assert(!(await pings(sql01, back)), 'sql01 pings web-1');
    return `On web-1 the name sql01 is unknown, and packets to ${ipv4} are dropped; the same the other way. Being in the network is not being allowed to talk.`;
  });
}

async function connectRoleToGroup(
  story: Story,
  administrator: Administrator,
  { web, databases }: Sides,
): Promise<void> {
  await story.step('The administrator connects the role web to the group databases', async () => {
    await administrator.connect(web, databases);
    const { allowed, reason } = await administrator.canReach('web-1', 'sql01');
    assert(allowed, reason);
    return `One rule for all machines on both sides, now and later. Asked whether web-1 can reach sql01, the server says: ${reason}`;
  });
}

async function useIt(story: Story, causeway: Causeway): Promise<void> {
  const { lab } = story;
  const [sql01, web1] = [lab.host('sql01'), lab.host('web-1')];
  await story.step('web-1 pings sql01 by name', async () => {
    await offerServices(sql01);
    await waitForPage(web1, 'sql01');
    const output = await web1.must(['ping', '-c', '3', '-i', '0.2', 'sql01']);
    const line = output.split('\n').find((text) => text.includes('bytes from')) ?? '';
    return `${line}\nFrom the cloud into the office, though the firewall lets nothing in: both ends called out to the relay.`;
  });
  await story.step('web-1 fetches a page by name', async () => {
    const page = await fetchPage(web1, 'sql01');
    assert.match(page ?? '', /This is sql01/);
    return `curl http://sql01/ prints ${page}`;
  });
  await story.step('web-1 runs SQL on sql01, by bare host name', async () => {
    await startPostgres(sql01);
    for (const name of ['web-1', 'pc02']) await lab.host(name).write('/run/.pgpass', PASSWORD_FILE);
    await web1.must(['chmod', '600', '/run/.pgpass']);
    await mustPsql(web1, 'sql01', 'create table orders as select n, n * 3 as price from generate_series(1, 1000) n');
    const sum = await mustPsql(web1, 'sql01', 'select sum(price) from orders');
    assert.equal(sum, '1501500');
    const client = await mustPsql(web1, 'sql01', 'select inet_client_addr()');
    return `psql -h sql01: the sum over 1,000 orders is ${sum}. PostgreSQL sees its client at ${client}, web-1's own address: no tunnel ends in between.`;
  });
  await story.step('pc02, in the same group as sql01, still does not reach it', async () => {
    const { ipv4 } = await causeway.agent('sql01').addresses();
    assert.equal(await fetchPage(lab.host('pc02'), ipv4), null, 'pc02 fetches a page from sql01');
    return 'The group is not interconnected, so its members have nothing to do with each other.';
  });
}

async function measureIt(story: Story, causeway: Causeway): Promise<void> {
  const web1 = story.lab.host('web-1');
  await story.step('How fast it is', async () => {
    const programs = [causeway.relay, causeway.agent('sql01').program, causeway.agent('web-1').program];
    await measureThroughput(web1, 'sql01', STREAM_BYTES / 5, programs);
    const { mbps, cpuSecondsPerGB } = await measureThroughput(web1, 'sql01', STREAM_BYTES, programs);
    const [relay = 0, ...agents] = cpuSecondsPerGB;
    const rttMs = await measureRoundTrip(web1, 'sql01');
    Object.assign(story.figures, {
      throughputMbps: Math.round(mbps),
      rttMs: rounded(rttMs),
      relayCpuSecondsPerGB: rounded(relay),
      agentCpuSecondsPerGB: rounded(agents.reduce((sum, seconds) => sum + seconds, 0)),
    });
    const { throughputMbps, agentCpuSecondsPerGB, relayCpuSecondsPerGB } = story.figures;
    return [
      `one TCP stream   ${throughputMbps} Mbit/s, agent to relay to agent, all on this machine`,
      `round trip       ${rounded(rttMs)} ms`,
      `processor        ${agentCpuSecondsPerGB} s per GB in the two agents, ${relayCpuSecondsPerGB} s in the relay`,
    ].join('\n');
  });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
