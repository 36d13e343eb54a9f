/**
 * The story that Causeway is for: an application in the cloud opens `sql01`, a database behind an office
 * firewall, unchanged; and on the relay's line nothing is seen but TLS.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Capture } from '../capture/capture.ts';
import { judgeCapture } from '../capture/verdict.ts';
import { RELAY_PORT } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { mustPsql, psql, startPostgres } from '../postgres.ts';
import { SQL_COMMANDS } from '../prerequisites.ts';
import { pings, waitForName } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

const ROWS = 100_000;

export const sql: Scenario = {
  name: 'sql',
  shows: 'psql -h sql01 from a role instance, through a firewall that lets out only 443',
  needs: SQL_COMMANDS,
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [sql01, web1, relayHost] = [lab.host('sql01'), lab.host('web-1'), lab.host('relay')];
    const capture = await Capture.start(relayHost, join(lab.directory, 'relay.pcap'));
    const { causeway, administrator } = await story.startCauseway();
    const databases = await administrator.group('databases');
    const web = await administrator.role('web');

    await story.step('PostgreSQL runs on sql01, in the office', async () => {
      await startPostgres(sql01);
      return 'it listens on every address, and lets in overlay addresses with a password';
    });
    await story.step('sql01 and web-1 are activated', async () => {
      await causeway.activate(sql01, await administrator.token(databases));
      await causeway.activate(web1, await administrator.token(web));
      await causeway.agent('sql01').connected();
      await causeway.agent('web-1').connected();
      return 'sql01 is in the group databases, web-1 is an instance of the role web; the two are not connected';
    });
    await story.step('before: psql -h sql01 fails, the host is unknown', async () => {
      const result = await psql(web1, 'sql01', 'select 1');
      assert.notEqual(result.code, 0, 'psql succeeded');
      assert.match(result.stderr, /could not translate host name "sql01" to address/);
      return result.stderr.trim();
    });
    await story.step('after: psql -h sql01 works', async () => {
      await administrator.connect(web, databases);
      await waitForName(web1, 'sql01');
      const seen = await mustPsql(web1, 'sql01', 'select inet_client_addr()');
      const { ipv4, ipv6 } = await causeway.agent('web-1').addresses();
      assert([ipv4, ipv6].includes(seen), `the server saw ${seen}, not web-1's ${ipv4} or ${ipv6}`);
      return `the server sees its client at ${seen}, web-1's own overlay address`;
    });
    await story.step(`${ROWS.toLocaleString('en')} rows out and back, checksum equal`, async () => {
      const [sent, received] = await thereAndBack(web1);
      assert.equal(received, sent);
      return `SHA-256 ${sent.slice(0, 16)}… both ways`;
    });
    await story.step('on the relay host’s line there is nothing but TLS on the relay’s port', async () => {
      const verdict = judgeCapture(await capture.stop(), { server: relayHost.address, port: RELAY_PORT });
      assert.deepEqual(verdict.unexpected, []);
      assert(verdict.tlsBytes > 1_000_000, `only ${verdict.tlsBytes} bytes were captured`);
      return `${verdict.tlsStreams} TCP streams with ${verdict.tlsBytes} bytes are TLS records from first to last`;
    });
    await story.step('the office has no inbound port, and only 443 outbound', async () => {
      assert(!(await pings(sql01, relayHost.address)), 'a ping gets out of the office');
      const other = await sql01.run(['curl', '-sS', '--max-time', '2', `http://${relayHost.address}:80/`]);
      assert.notEqual(other.code, 0, 'TCP to port 80 gets out of the office');
      const inward = await relayHost.run(['curl', '-sS', '--max-time', '2', 'http://198.19.1.1:5432/']);
      assert.notEqual(inward.code, 0, 'TCP to the office from outside is answered');
      const counters = await lab.counters('office');
      assert.equal(counters.out_other, 0);
      assert(counters.out_443 > 0 && counters.out_refused > 0 && counters.in_refused > 0, JSON.stringify(counters));
      return `its firewall let out ${counters.out_443} connections, all to port 443, and none in; it refused ${counters.out_refused} packets outwards and ${counters.in_refused} inwards of those just tried`;
    });
  },
};

/** Makes rows on the client, sends them to the server, reads them back. @returns both SHA-256 sums */
async function thereAndBack(client: Host): Promise<[string, string]> {
  const rows = Array.from(
    { length: ROWS },
    (_, i) => `${i}\t${createHash('sha256').update(String(i)).digest('hex')}\n`,
  );
  await client.write('/run/rows-out', rows.join(''));
  await mustPsql(client, 'sql01', 'create table items (id int primary key, text text)');
  await mustPsql(client, 'sql01', "\\copy items from '/run/rows-out'");
  assert.equal(await mustPsql(client, 'sql01', 'select count(*) from items'), String(ROWS));
  await mustPsql(client, 'sql01', "\\copy (select * from items order by id) to '/run/rows-back'");
  const sums = await client.must(['sha256sum', '/run/rows-out', '/run/rows-back']);
  const [sent = 'nothing sent', received = 'nothing received'] = sums.split('\n').map((line) => line.split(' ')[0]);
  return [sent, received];
}
