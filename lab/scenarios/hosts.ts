/**
 * The lab itself, without Causeway: are its NAT, firewall, names and files what the other scenarios take
 * them for?
 */
import assert from 'node:assert/strict';
import { STANDARD_LAB } from '../hosts/description.ts';
import { fetchPage, knowsName, offerServices, pings } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

export const hosts: Scenario = {
  name: 'hosts',
  shows: 'the lab alone: NAT, firewall, names, and files of each host’s own',
  needs: [],
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [sql01, pc02, laptop] = [lab.host('sql01'), lab.host('pc02'), lab.host('laptop')];
    const [web1, relay] = [lab.host('web-1'), lab.host('relay')];

    await story.step('a site’s DNS server knows the relay’s name, and nobody else’s', async () => {
      assert(await knowsName(sql01, 'relay.lab'));
      assert(!(await knowsName(sql01, 'pc02.example')));
      return 'relay.lab is known in the office, pc02.example is not';
    });
    await story.step('the office reaches port 443 outside, seen from there as its router', async () => {
      const program = relay.spawn('listener', [process.execPath, '-e', LISTENER]);
      await program.prints(/ready/);
      for (const [host, router] of [
        [sql01, 'office'],
        [laptop, 'branch'],
        [web1, 'cloud'],
      ] as const) {
        const seen = await host.must(['curl', '-sS', '--max-time', '3', 'http://relay.lab:443/']);
        assert.equal(seen, lab.host(router).address);
      }
      return 'sql01, laptop and web-1 each show their router’s address';
    });
    await story.step('the office reaches nothing else outside', async () => {
      const before = await lab.counters('office');
      assert(!(await pings(sql01, relay.address)), 'a ping gets out');
      assert.equal(await fetchPage(sql01, relay.address), null, 'port 80 is reached');
      const after = await lab.counters('office');
      assert(after.out_refused > before.out_refused);
      assert.equal(after.out_other, 0);
      return `${after.out_refused - before.out_refused} packets were refused`;
    });
    await story.step('the cloud reaches everything outside, and nobody gets in anywhere', async () => {
      await offerServices(relay);
      assert.notEqual(await fetchPage(web1, relay.address), null, 'web-1 does not reach port 80');
      for (const router of ['office', 'branch', 'cloud']) {
        const { address } = lab.host(router);
        assert(!(await pings(relay, address)), `${router} answers a ping from outside`);
        assert((await lab.counters(router)).in_refused > 0);
      }
      return 'pings to all three routers are refused';
    });
    await story.step('neighbours reach each other; two offices have the same addresses', async () => {
      assert(await pings(pc02, sql01.address));
      assert.equal(laptop.address, sql01.address);
      return `${sql01.address} is sql01 in the office and laptop in the branch`;
    });
    await story.step('files and names are each host’s own', async () => {
      await sql01.write('/etc/resolv.conf', 'nameserver 192.0.2.1\n');
      await sql01.write('/run/mark', 'sql01');
      await sql01.write('/var/lib/causeway/mark', 'sql01');
      assert.notEqual(await pc02.fingerprint('/etc/resolv.conf'), await sql01.fingerprint('/etc/resolv.conf'));
      for (const path of ['/run/mark', '/var/lib/causeway/mark']) {
        assert.notEqual((await pc02.run(['test', '-e', path])).code, 0, `pc02 sees ${path} of sql01`);
      }
      assert.equal(await sql01.must(['hostname']), 'sql01');
      await sql01.must(['sh', '-c', 'echo x > /etc/resolv.conf.new && mv /etc/resolv.conf.new /etc/resolv.conf']);
      return 'resolv.conf, /run and /var/lib of sql01 are unseen by pc02, and can be replaced by renaming';
    });
    await story.step('a cut cable cuts', async () => {
      await lab.cutLink('pc02');
      assert(!(await pings(pc02, sql01.address)));
      await lab.cutLink('pc02', false);
      assert(await pings(pc02, sql01.address));
      return 'pc02 was gone, and came back';
    });
  },
};

/** Answers with the address that it sees. */
const LISTENER = `require('node:http')
  .createServer((request, response) => response.end(request.socket.remoteAddress))
  .listen(443, '0.0.0.0', () => console.log('ready'))`;
