/**
 * The company's own names in the cloud: a domain that only the office's DNS server knows is routed to it by policy, and
 * programs on role instances find its names, each in the way in which its computer looks names up.
 */
import assert from 'node:assert/strict';
import { Capture } from '../capture/capture.ts';
import { until } from '../causeway.ts';
import { cloudOf, type LabDescription, officeOf } from '../hosts/description.ts';
import type { Host, Program } from '../hosts/host.ts';
import { RESOLVER_KINDS, type SiteNames } from '../resolvers/kinds.ts';
import { addressSeen } from '../resolvers/look.ts';
import { startOfficeZone, ZONE, ZONE_SERVER } from '../resolvers/office-zone.ts';
import { unpack } from '../resolvers/packages.ts';
import { questionsIn } from '../resolvers/questions.ts';
import type { Scenario, Story } from './story.ts';

const KINDS = RESOLVER_KINDS.filter(({ host }) => ['plain', 'container', 'resolved'].includes(host));
const SITE: SiteNames = { server: '10.20.0.1', search: 'cloud.lab' };
/** Of the office's own network: nothing leads there from the cloud, and it is what the domain says all the same. */
const INTRANET = '192.168.1.80';
const PATIENCE_MS = 60_000;

const NAMES_LAB: LabDescription = {
  servers: [{ name: 'relay', address: '198.18.0.10' }],
  names: { 'printer.cloud.lab': '10.20.0.9' },
  sites: [
    officeOf([{ name: 'dc1', address: '192.168.1.10' }]),
    cloudOf(KINDS.map(({ host }, at) => ({ name: host, address: `10.20.0.${20 + at}` }))),
  ],
};

export const names: Scenario = {
  name: 'names',
  shows: `role instances resolve ${ZONE} by the office’s own DNS server, as policy says, and ask it for nothing else`,
  needs: ['dbus-daemon'],
  lab: NAMES_LAB,
  prepare: () => [ZONE_SERVER, ...KINDS.flatMap((kind) => kind.package ?? [])].map(unpack).find((why) => why) ?? null,
  async tell(story) {
    const { lab } = story;
    const { causeway, administrator } = await story.startCauseway();
    const [web, office] = [await administrator.role('web'), await administrator.group('office')];
    await administrator.connect(web, office);
    const dc1 = lab.host('dc1');
    const instances = KINDS.map(({ host }) => lab.host(host));
    const route = async (routes: readonly object[]) => {
      const changes = [{ do: 'set-dns-routes', routes }];
      const { status, body } = await administrator.attempt('POST', '/changes', { changes });
      assert.equal(status, 200, JSON.stringify(body));
    };
    const diagnosed = async (host: Host) => {
      const { stdout } = await host.run([...causeway.command, 'diagnose', '--json'], { timeoutMs: PATIENCE_MS });
      const checks: { name: string; ok: boolean; detail: string }[] = JSON.parse(stdout);
      return checks.find(({ name }) => name === `names under ${ZONE}`);
    };

    let server: Program | undefined;
    let serve = async () => {};
    await story.step('dc1 in the office runs NSD for corp.example, and an agent', async () => {
      const agent = await causeway.activate(dc1, await administrator.token(office));
      const { ipv4, ipv6 } = await agent.addresses();
      serve = async () => {
        server = await startOfficeZone(dc1, {
          addresses: [ipv4, ipv6],
          records: [`dc1 A ${dc1.address}`, `web A ${INTRANET}`, 'www CNAME web'],
        });
      };
      await serve();
      return `it listens on ${ipv4} and ${ipv6}, which no router of the cloud knows`;
    });
    await story.step('three role instances start, each with its own way to resolve names', async () => {
      const token = await administrator.token(web);
      for (const kind of KINDS) {
        const host = lab.host(kind.host);
        await kind.setUp(host, SITE);
        const environment = { CAUSEWAY_ACTIVATION_TOKEN: token, CAUSEWAY_WAIT_FOR_CONNECTIVITY: 'true' };
        const program = causeway.startRole(host, [], ['sh', '-c', 'echo runs; exec sleep infinity'], { environment });
        await program.prints(/^runs$/m, PATIENCE_MS);
      }
      await all(instances, async (host) => assert.equal(await addressSeen(host, `web.${ZONE}`), ''));
      return `${KINDS.map(({ title }) => title).join(', ')}; none of them finds web.${ZONE} yet`;
    });

    const capture = await Capture.start(dc1, `${lab.directory}/dc1-adapter.pcap`, 'causeway0');
    await story.step('policy routes corp.example to dc1, and all of them find its names', async () => {
      const began = performance.now();
      await route([{ suffix: ZONE, servers: ['dc1'] }]);
      await all(instances, (host) => sees(host, `web.${ZONE}`, INTRANET));
      const ms = Math.round(performance.now() - began);
      story.figures.routedAfterMs = ms;
      await all(instances, (host) => sees(host, `www.${ZONE}`, INTRANET));
      return `web.${ZONE} is ${INTRANET}, as the office says, on all three after ${(ms / 1_000).toFixed(1)} s`;
    });
    await story.step('dc1.corp.example has its address in the network, to which something leads', async () => {
      const { ipv4 } = await causeway.agent('dc1').addresses();
      await all(instances, (host) => sees(host, `dc1.${ZONE}`, ipv4));
      return `${ipv4}, and not ${dc1.address}`;
    });
    await story.step('what it does not know is not found, and other names are asked elsewhere', async () => {
      await all(instances, async (host) => {
        assert.equal(await addressSeen(host, `nobody.${ZONE}`), '');
        assert.equal(await addressSeen(host, 'nobody.example'), '');
        assert.equal(await addressSeen(host, 'printer'), '10.20.0.9');
      });
      await all(instances, async (host) => assert.equal((await diagnosed(host))?.ok, true));
      return (await diagnosed(lab.host('plain')))?.detail ?? '';
    });
    await saidWhenDead(story, instances, { serve: () => serve(), stop: () => server?.end('SIGKILL'), diagnosed });
    await story.step('the route is removed, and the names are gone', async () => {
      await route([]);
      await all(instances, (host) => sees(host, `web.${ZONE}`, ''));
      await all(instances, async (host) => {
        assert.equal(await addressSeen(host, 'printer'), '10.20.0.9');
        assert.equal(await diagnosed(host), undefined);
      });
      return 'all others as before';
    });
    await story.step('nothing but names under corp.example ever came to the office', async () => {
      const asked = questionsIn(await capture.stop());
      const others = asked.filter((name) => name !== ZONE && !name.endsWith(`.${ZONE}`));
      assert.deepEqual([...new Set(others)], []);
      assert(asked.includes(`web.${ZONE}`), 'it was never asked for its own names');
      story.figures.questions = asked.length;
      return `${asked.length} questions came, by the tunnel`;
    });
  },
};

interface OfficeServer {
  serve(): Promise<void>;
  stop(): Promise<void> | undefined;
  diagnosed(host: Host): Promise<{ ok: boolean; detail: string } | undefined>;
}

async function saidWhenDead(story: Story, instances: readonly Host[], office: OfficeServer): Promise<void> {
  await story.step('NSD is killed: diagnose says so, and other names go on', async () => {
    await office.stop();
    let said = '';
    await all(instances, async (host) => {
      const check = await office.diagnosed(host);
      said = check?.detail ?? '';
      assert.equal(check?.ok, false, `${host.name}: ${said}`);
      assert.match(said, /^No DNS server answers for names under corp\.example: dc1 does not answer\./);
      assert.equal(await addressSeen(host, 'printer'), '10.20.0.9');
    });
    return said;
  });
  await story.step('NSD runs again, and the names are back by themselves', async () => {
    await office.serve();
    await all(instances, (host) => sees(host, `www.${ZONE}`, INTRANET));
    await all(instances, async (host) => assert.equal((await office.diagnosed(host))?.ok, true));
    return 'nobody did anything on the instances';
  });
}

async function all(hosts: readonly Host[], act: (host: Host) => Promise<unknown>): Promise<void> {
  await Promise.all(hosts.map(act));
}

/** @param address empty: the name is not found any more */
async function sees(host: Host, name: string, address: string): Promise<void> {
  let seen: string | undefined;
  await until(
    async () => {
      seen = await addressSeen(host, name);
      return seen === address;
    },
    PATIENCE_MS,
    () => `${host.name}: ${name} is ${seen || 'nothing'}, not ${address || 'nothing'}`,
  );
}
