/**
 * Causeway changes nothing else on a computer: what its owner has set up looks the same before `up`,
 * during, and after `down`.
 */
import assert from 'node:assert/strict';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { difference, interfaces, type Snapshot, type SnapshotPart, snapshot } from '../hosts/snapshot.ts';
import { knowsName, offerServices, waitForPage } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

/** All but the resolver: how names are set up does change while it is up, and only that. */
const NEVER_CHANGED: readonly SnapshotPart[] = ['routes', 'addresses', 'rules', 'firewall', 'settings'];
const EVERYTHING: readonly SnapshotPart[] = [...NEVER_CHANGED, 'resolver'];

/** A firewall and a route of the owner's own, so that there is something to leave alone. */
const OWNERS_FIREWALL =
  'table inet owner { chain input { type filter hook input priority 0; policy accept; tcp dport 8080 drop; }; }';

export const untouched: Scenario = {
  name: 'untouched',
  shows: 'routes, addresses, firewall and resolver are the owner’s before, during and after',
  needs: [],
  lab: STANDARD_LAB,
  async tell(story) {
    const sql01 = story.lab.host('sql01');
    const { causeway, administrator } = await story.startCauseway();
    const databases = await administrator.group('databases', { interconnected: true });
    const token = await administrator.token(databases);
    const before: Snapshot[] = [];

    await story.step('the owner of sql01 has routes, addresses and a firewall', async () => {
      await setUpByOwner(sql01);
      const taken = await snapshot(sql01);
      before.push(taken);
      return `${EVERYTHING.reduce((sum, part) => sum + taken[part].split('\n').length, 0)} lines of state are noted`;
    });
    const [original] = before;
    assert(original !== undefined);
    const links = await interfaces(sql01);

    await story.step('the agent starts: nothing changes', async () => {
      await causeway.startAgent(sql01);
      assert.equal(difference(original, await snapshot(sql01), EVERYTHING), '');
      return 'not activated, it touches nothing';
    });
    await story.step('up: one adapter more, and nothing else', async () => {
      await causeway.agent('sql01').must('up', '--token', token, '--name', 'sql01');
      await causeway.agent('sql01').connected();
      await causeway.activate(story.lab.host('pc02'), token);
      await offerServices(story.lab.host('pc02'));
      await waitForPage(sql01, 'pc02');
      const added = (await interfaces(sql01)).filter((name) => !links.includes(name));
      assert.equal(added.length, 1, `interfaces added: ${added.join(' ')}`);
      const [adapter = ''] = added;
      assert.equal(difference(original, await snapshot(sql01, adapter), NEVER_CHANGED), '');
      return `traffic flows through ${adapter}; without its lines, all that was noted is the same`;
    });
    await story.step('up: only the overlay is routed to the adapter', async () => {
      const defaults = await sql01.must(['sh', '-c', 'ip -o route show default; ip -6 -o route show default']);
      assert.equal(defaults, 'default via 192.168.1.1 dev eth0');
      const route = await sql01.must(['ip', '-o', 'route', 'get', '198.18.0.10']);
      assert.match(route, / dev eth0 /);
      return `the default route is still: ${defaults}`;
    });
    await story.step('up: other names are answered as before', async () => {
      assert(await knowsName(sql01, 'relay.lab'), 'relay.lab is not known any more');
      assert(!(await knowsName(sql01, 'nobody.example')), 'nobody.example is known');
      return "relay.lab is still answered by the office's own DNS server";
    });
    await story.step('down: all is as it was, byte for byte', async () => {
      await causeway.agent('sql01').must('down');
      assert.equal(difference(original, await snapshot(sql01), EVERYTHING), '');
      assert.deepEqual(await interfaces(sql01), links);
      return 'routes, addresses, rules, firewall, settings and resolver are the same';
    });
    await story.step('the agent is stopped while up: all is as it was', async () => {
      await causeway.agent('sql01').must('up');
      await causeway.agent('sql01').connected();
      await causeway.agent('sql01').stop();
      assert.equal(difference(original, await snapshot(sql01), EVERYTHING), '');
      return 'SIGTERM undoes the same as `causeway down`';
    });
  },
};

async function setUpByOwner(host: Host): Promise<void> {
  await host.must(['nft', '-f', '-'], { input: OWNERS_FIREWALL });
  await host.must(['ip', 'route', 'add', '172.30.0.0/16', 'via', '192.168.1.1']);
  await host.must(['ip', 'address', 'add', '192.168.1.110/24', 'dev', 'eth0']);
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // until the link-local addresses are settled
}
