/**
 * The agent dies without a chance to tidy up, and the next start puts everything right.
 */
import assert from 'node:assert/strict';
import { IPV4_RANGE } from '#protocol/addresses.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import { interfaces } from '../hosts/snapshot.ts';
import { knowsName, offerServices, waitForPage } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

const RESOLVER = '/etc/resolv.conf';

export const agentCrash: Scenario = {
  name: 'agent-crash',
  shows: 'kill -9 of the agent; the next start leaves one adapter, and down the old resolv.conf',
  needs: [],
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [sql01, web1] = [lab.host('sql01'), lab.host('web-1')];
    const { causeway, administrator } = await story.startCauseway();
    const links = await interfaces(web1);
    const original = await web1.fingerprint(RESOLVER);

    await story.step('web-1 reaches sql01', async () => {
      const databases = await administrator.group('databases');
      const web = await administrator.role('web');
      await administrator.connect(web, databases);
      await causeway.activate(sql01, await administrator.token(databases));
      await causeway.activate(web1, await administrator.token(web));
      await offerServices(sql01);
      await waitForPage(web1, 'sql01');
      return 'it fetches a page by name';
    });
    for (const time of ['first', 'second']) {
      await story.step(`the agent of web-1 is killed (kill -9) for the ${time} time and started again`, async () => {
        await causeway.agent('web-1').kill();
        const agent = await causeway.startAgent(web1);
        await agent.connected();
        const ms = await waitForPage(web1, 'sql01');
        return `it connected by itself, and web-1 had sql01's page again ${ms} ms later`;
      });
      await story.step('exactly one adapter, and the right routes', async () => {
        const added = (await interfaces(web1)).filter((name) => !links.includes(name));
        assert.equal(added.length, 1, `interfaces added: ${added.join(' ')}`);
        const [adapter = ''] = added;
        const routes = await web1.must(['ip', 'route', 'show', 'dev', adapter]);
        assert.equal(routes.split('\n').filter((line) => line.startsWith(IPV4_RANGE)).length, 1, routes);
        const { ipv6 } = await causeway.agent('sql01').addresses();
        assert.match(await web1.must(['ip', '-6', '-o', 'route', 'get', ipv6]), new RegExp(` dev ${adapter} `));
        return `${adapter}: ${routes.split('\n')[0]}`;
      });
    }
    await story.step('after `down`, resolv.conf is byte-identical to the original', async () => {
      assert.notEqual(await web1.fingerprint(RESOLVER), original, 'resolv.conf was never changed: nothing is shown');
      await causeway.agent('web-1').must('down');
      assert.equal(await web1.fingerprint(RESOLVER), original);
      assert.deepEqual(await interfaces(web1), links);
      assert(!(await knowsName(web1, 'sql01')), 'the name is still known');
      return `${Buffer.from(original, 'base64').length} bytes, the same; and no adapter is left`;
    });
  },
};
