/**
 * The network policy, rule by rule, with real packets: who reaches whom, from when on, and that it ends
 * within a second when it has to.
 */
import assert from 'node:assert/strict';
import { ERRORS } from '#protocol/errors.ts';
import type { Administrator, Side } from '../administrator.ts';
import type { Causeway } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import { fetchPage, knowsName, offerServices, Pulse, pings, waitForPage } from '../traffic/probes.ts';
import type { Scenario, Story } from './story.ts';

export const policy: Scenario = {
  name: 'policy',
  shows: 'default deny, roles and groups, refused connections, and cuts within a second',
  needs: [],
  lab: STANDARD_LAB,
  async tell(story) {
    const { causeway, administrator } = await story.startCauseway();
    const sides = await everybodyJoins(story, causeway, administrator);
    await nothingByDefault(story, causeway);
    await roleAndGroup(story, causeway, administrator, sides);
    await refusedByTheApi(story, administrator, sides);
    await interconnected(story, causeway, administrator, sides);
    await groupAndGroup(story, causeway, administrator, sides);
    await movedMachine(story, causeway, administrator, sides);
  },
};

interface Sides {
  readonly web: Side;
  readonly worker: Side;
  readonly databases: Side;
  readonly branch: Side;
}

const COMPUTERS = ['sql01', 'pc02', 'laptop'] as const;

async function everybodyJoins(story: Story, causeway: Causeway, administrator: Administrator): Promise<Sides> {
  const { lab } = story;
  const sides = {
    web: await administrator.role('web'),
    worker: await administrator.role('worker'),
    databases: await administrator.group('databases'),
    branch: await administrator.group('branch'),
  };
  await story.step('three computers and a role instance are activated', async () => {
    const computerToken = await administrator.token();
    for (const name of COMPUTERS) await causeway.activate(lab.host(name), computerToken);
    await causeway.activate(lab.host('web-1'), await administrator.token(sides.web));
    for (const name of [...COMPUTERS, 'web-1']) {
      await causeway.agent(name).connected();
      await offerServices(lab.host(name));
    }
    return `${COMPUTERS.join(', ')} are in no group; web-1 is an instance of the role web`;
  });
  return sides;
}

async function nothingByDefault(story: Story, causeway: Causeway): Promise<void> {
  const web1 = story.lab.host('web-1');
  const sql01 = story.lab.host('sql01');
  await story.step('unassigned: the name is unknown', async () => {
    assert(!(await knowsName(web1, 'sql01')), 'web-1 can look up sql01');
    const asked = await causeway.agent('web-1').causeway(['resolve', 'sql01']);
    assert.notEqual(asked.code, 0, 'causeway resolve sql01 succeeded');
    return 'on web-1 both the system and `causeway resolve` say that there is no sql01';
  });
  await story.step('unassigned: packets are dropped', async () => {
    const { ipv4, ipv6 } = await causeway.agent('sql01').addresses();
    for (const address of [ipv4, ipv6]) {
      assert(!(await pings(web1, address)), `web-1 pings ${address}`);
      assert.equal(await fetchPage(web1, address), null, `web-1 fetches a page from ${address}`);
    }
    const back = (await causeway.agent('web-1').addresses()).ipv4;
    assert(!(await pings(sql01, back)), 'sql01 pings web-1');
    return `neither ping nor TCP reaches ${ipv4} or ${ipv6}`;
  });
}

async function roleAndGroup(
  story: Story,
  causeway: Causeway,
  administrator: Administrator,
  sides: Sides,
): Promise<void> {
  const { lab } = story;
  const web1 = lab.host('web-1');
  let connection = '';
  await story.step('role connected to group: reachable both ways', async () => {
    await administrator.move('sql01', sides.databases);
    connection = await administrator.connect(sides.web, sides.databases);
    const ms = await waitForPage(web1, 'sql01');
    await waitForPage(lab.host('sql01'), 'web-1');
    assert(await pings(web1, 'sql01'), 'web-1 does not ping sql01');
    assert(await pings(lab.host('sql01'), 'web-1'), 'sql01 does not ping web-1');
    return `web-1 had sql01's page ${ms} ms after the answer, and sql01 has web-1's`;
  });
  await story.step('a computer that joins the group later is reachable at once', async () => {
    await administrator.move('pc02', sides.databases);
    const ms = await waitForPage(web1, 'pc02');
    return `web-1 had pc02's page after ${ms} ms`;
  });
  await story.step('an instance that joins the role later reaches the group at once', async () => {
    await causeway.activate(lab.host('web-2'), await administrator.token(sides.web));
    await offerServices(lab.host('web-2'));
    const ms = await waitForPage(lab.host('web-2'), 'sql01');
    return `web-2 had sql01's page ${ms} ms after its activation`;
  });
  await story.step('disconnected: the running TCP session is cut within a second', async () => {
    const pulse = await Pulse.start(web1, 'sql01');
    const { ipv4 } = await causeway.agent('sql01').addresses();
    await administrator.disconnect(connection);
    const ms = await pulse.cutAfter(Date.now());
    story.figures.disconnectCutMs = ms;
    assert.equal(await fetchPage(web1, ipv4), null, 'a new TCP connection still comes about');
    assert(!(await knowsName(web1, 'sql01')), 'the name is still known');
    return `the last byte got through ${ms} ms after the answer; a new connection fails, the name is gone`;
  });
  await administrator.connect(sides.web, sides.databases);
}

async function refusedByTheApi(story: Story, administrator: Administrator, sides: Sides): Promise<void> {
  for (const [what, b] of [
    ['role to role', sides.worker],
    ['instances of one role to each other', sides.web],
  ] as const) {
    await story.step(`refused by the API: ${what}`, async () => {
      const { status, body } = await administrator.attempt('POST', '/connections', { a: sides.web, b });
      const text = JSON.stringify(body);
      assert.equal(status, ERRORS.ROLE_TO_ROLE.http, text);
      assert(text.includes('ROLE_TO_ROLE') && text.includes(ERRORS.ROLE_TO_ROLE.what), text);
      return ERRORS.ROLE_TO_ROLE.what;
    });
  }
  await story.step('two instances of a role do not reach each other', async () => {
    const { allowed, reason } = await administrator.canReach('web-1', 'web-2');
    assert(!allowed, reason);
    const { ipv4 } = await administrator.machine('web-2');
    assert(!(await pings(story.lab.host('web-1'), ipv4)), 'web-1 pings web-2 through the overlay');
    return reason;
  });
}

async function interconnected(
  story: Story,
  causeway: Causeway,
  administrator: Administrator,
  { databases }: Sides,
): Promise<void> {
  const sql01 = story.lab.host('sql01');
  await story.step('members of a group that is not interconnected do not reach each other', async () => {
    const { ipv4 } = await causeway.agent('pc02').addresses();
    assert(!(await knowsName(sql01, 'pc02')), 'sql01 can look up pc02');
    assert.equal(await fetchPage(sql01, ipv4), null, 'sql01 fetches a page from pc02 through the overlay');
    return (await administrator.canReach('sql01', 'pc02')).reason;
  });
  await story.step('interconnected: all members reach each other', async () => {
    await administrator.setInterconnected(databases, true);
    const ms = await waitForPage(sql01, 'pc02');
    await waitForPage(story.lab.host('pc02'), 'sql01');
    return `sql01 had pc02's page after ${ms} ms, and the other way`;
  });
  await story.step('no longer interconnected: cut within a second', async () => {
    const pulse = await Pulse.start(sql01, 'pc02');
    await administrator.setInterconnected(databases, false);
    const ms = await pulse.cutAfter(Date.now());
    return `the last byte got through ${ms} ms after the answer`;
  });
}

async function groupAndGroup(
  story: Story,
  causeway: Causeway,
  administrator: Administrator,
  sides: Sides,
): Promise<void> {
  const laptop = story.lab.host('laptop');
  await story.step('two groups that are not connected do not reach each other', async () => {
    await administrator.move('laptop', sides.branch);
    const { ipv4 } = await causeway.agent('sql01').addresses();
    assert(!(await knowsName(laptop, 'sql01')), 'laptop can look up sql01');
    assert.equal(await fetchPage(laptop, ipv4), null, 'laptop fetches a page from sql01');
    return (await administrator.canReach('laptop', 'sql01')).reason;
  });
  await story.step('group connected to group: every computer of one reaches every one of the other', async () => {
    const connection = await administrator.connect(sides.branch, sides.databases);
    const ms = await waitForPage(laptop, 'sql01');
    await waitForPage(laptop, 'pc02');
    await waitForPage(story.lab.host('sql01'), 'laptop');
    await administrator.disconnect(connection);
    return `laptop had sql01's page after ${ms} ms, then pc02's, and sql01 had laptop's`;
  });
}

async function movedMachine(
  story: Story,
  causeway: Causeway,
  administrator: Administrator,
  sides: Sides,
): Promise<void> {
  const { lab } = story;
  await story.step('a computer moved to another group changes sides within a second', async () => {
    const archive = await administrator.group('archive');
    await administrator.connect(archive, sides.branch);
    await waitForPage(lab.host('web-1'), 'sql01');
    const pulse = await Pulse.start(lab.host('web-1'), 'sql01');
    const { ipv4 } = await causeway.agent('sql01').addresses();
    await administrator.move('sql01', archive);
    const answered = Date.now();
    const joined = await waitForPage(lab.host('laptop'), ipv4, 3_000);
    assert(joined <= 1_000, `laptop reached sql01 only after ${joined} ms`);
    const ms = await pulse.cutAfter(answered);
    story.figures.moveCutMs = ms;
    story.figures.moveJoinMs = joined;
    assert.equal(await fetchPage(lab.host('web-1'), ipv4), null, 'web-1 still reaches sql01');
    assert(await pings(lab.host('laptop'), 'sql01'), 'laptop does not ping sql01 by name');
    return `web-1's session was cut ${ms} ms after the answer; laptop had sql01's page after ${joined} ms`;
  });
}
