/**
 * A role instance on a platform that gives nothing: no TUN device, no privileges, an ordinary user. `causeway role
 * --userspace` offers the network on localhost, and lets the network reach a server there.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Causeway } from '../causeway.ts';
import { until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host, Program, RunResult } from '../hosts/host.ts';
import { mustPsql, startPostgres } from '../postgres.ts';
import { SQL_COMMANDS } from '../prerequisites.ts';
import { measureThroughput } from '../traffic/rates.ts';
import type { Scenario } from './story.ts';

const SHARED = { megabytes: 8, path: '/run/shared' } as const;
const MEASURED_BYTES = process.env.LAB_LONG === '1' ? 2_000_000_000 : 100_000_000;
const PROXY = ['--socks5-hostname', 'localhost:1080'];
const SERVICES = new URL('../traffic/services.ts', import.meta.url).pathname;
const ECHO_BACK = new URL('../traffic/echo-back.ts', import.meta.url).pathname;
/** The instance's own server: it hands out what it was given, and keeps what it is sent. */
const APPLICATION = `
  const { createServer } = require('node:http');
  const { createHash } = require('node:crypto');
  const { readFileSync } = require('node:fs');
  const { Readable } = require('node:stream');
  const block = Buffer.alloc(1_000_000);
  createServer((request, response) => {
    const [, size] = /^.stream.([0-9]+)$/.exec(request.url) ?? [];
    if (size !== undefined) return Readable.from(Array(Number(size) / block.length).fill(block)).pipe(response);
    if (request.method === 'GET') return response.end(readFileSync('${SHARED.path}'));
    const hash = createHash('sha256');
    request.on('data', (chunk) => hash.update(chunk)).on('end', () => response.end(hash.digest('hex')));
  }).listen(8080, '127.0.0.1', () => console.log('application ready'));
`;
const NOBODYS_DIRECTORY = '/run/nobody';
/** Without a device for an adapter, without any capability, and without a way to any. */
const NOBODY = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mount -t tmpfs -o mode=755 tmpfs /dev/net && exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"',
  'sh',
];

export const userspace: Scenario = {
  name: 'userspace',
  shows: 'a role instance of an ordinary user without a TUN device: SQL by a forward, HTTP by SOCKS5, a server exposed',
  needs: SQL_COMMANDS,
  prepare: () =>
    process.getuid?.() === 0 ? null : 'It changes to the user nobody, for which the lab has to be run as root.',
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab, figures } = story;
    const [sql01, pc02, web1, web2] = ['sql01', 'pc02', 'web-1', 'web-2'].map((name) => lab.host(name)) as [
      Host,
      Host,
      Host,
      Host,
    ];
    const { causeway, administrator } = await story.startCauseway();
    const office = await administrator.group('office', { interconnected: true });
    const web = await administrator.role('web');
    /** The instance, once it runs. */
    const running: Program[] = [];

    await story.step('sql01 and pc02 are in the office: PostgreSQL, a web server, a UDP service', async () => {
      await startPostgres(sql01);
      await sql01.spawn('echo', [process.execPath, ECHO_BACK, '1434']).prints(/ready/);
      await pc02.spawn('services', [process.execPath, SERVICES]).prints(/ready/);
      await causeway.activate(sql01, await administrator.token(office));
      await causeway.activate(pc02, await administrator.token(office));
      await administrator.connect(web, office);
      return 'sql01 and pc02 are activated, the role web is connected to their group';
    });
    await story.step('before: as nobody, without a TUN device, there can be no adapter', async () => {
      await web1.must(['install', '--directory', '--owner=65534', '--mode=700', NOBODYS_DIRECTORY]);
      const token = await administrator.token(web);
      const refused = await role(causeway, web1, token, ['--adapter', 'causeway0'], ['true']);
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /TUN_MISSING|ROLE_NOT_CONNECTED/);
      return refused.stderr.trim().split('\n').at(-2) ?? '';
    });
    await story.step('causeway role --userspace runs the application as nobody', async () => {
      await web1.must(['sh', '-c', `head -c ${SHARED.megabytes}000000 /dev/urandom > ${SHARED.path}`]);
      const offered = [
        ...['--forward', '5432:sql01:5432', '--forward', 'udp/1434:sql01:1434', '--forward', '8081:pc02:80'],
        ...['--expose', '8080'],
      ];
      const words = roleWords(causeway, offered, [process.execPath, '-e', APPLICATION]);
      const instance = web1.spawn('role', words, { environment: settings(await administrator.token(web)) });
      running.push(instance);
      await instance.prints(/application ready/, 60_000);
      const status = await web1.must([
        'sh',
        '-c',
        'grep -h -e ^Uid -e ^CapEff -e ^CapBnd /proc/[0-9]*/status | sort -u',
      ]);
      assert.match(status, /Uid:\t65534\t65534/);
      const interfaces = await web1.must(['ip', '-brief', 'link']);
      assert.doesNotMatch(interfaces, /causeway/);
      return `it waited until it was connected; web-1 has ${interfaces.split('\n').length} interfaces: lo and eth0`;
    });
    await story.step('SQL through --forward, on localhost', async () => {
      const seen = await mustPsql(web1, 'localhost', 'select inet_client_addr()');
      assert.match(seen, /^(fd|100\.)/);
      await mustPsql(web1, 'localhost', 'create table items (id int primary key, text text)');
      await mustPsql(web1, 'localhost', 'insert into items select i, md5(i::text) from generate_series(1, 100000) i');
      const here = await mustPsql(web1, 'localhost', "select md5(string_agg(text, '' order by id)) from items");
      const rows = await mustPsql(web1, 'localhost', 'select text from items order by id');
      assert.equal(createHash('md5').update(rows.replaceAll('\n', '')).digest('hex'), here);
      return `the server sees its client at ${seen}; 100,000 rows came back, checksum equal`;
    });
    await story.step('UDP through --forward', async () => {
      const script = `const s = require('node:dgram').createSocket('udp4'); s.on('message', (m) => { console.log(String(m)); s.close(); }); s.send('which instance?', 1434, '127.0.0.1');`;
      const said = await web1.must([process.execPath, '-e', script], { timeoutMs: 10_000 });
      assert.equal(said, '1: which instance?');
      return `sql01 answered: ${said}`;
    });
    await story.step('HTTP through SOCKS5, HTTP CONNECT and --forward, by bare and full name', async () => {
      const page = '<h1>This is pc02.</h1>';
      const ways = [
        [...PROXY, 'http://pc02/'],
        [...PROXY, 'http://pc02.contoso.causeway.internal/'],
        ['--proxytunnel', '--proxy', 'http://localhost:1080', 'http://pc02/'],
        ['http://localhost:8081/'],
      ];
      for (const way of ways)
        assert.equal(await web1.must(['curl', '-sS', '--max-time', '20', ...way]), page, way.join(' '));
      return `curl ${PROXY.join(' ')} http://pc02/ → ${page}`;
    });
    await story.step('what is not there, and what is not of the network, is refused with its reason', async () => {
      const refused = async (url: string) =>
        (await web1.run(['curl', '-sS', '--max-time', '20', ...PROXY, url])).stderr;
      assert.match(await refused('http://nobody/'), /\(4\)/);
      assert.match(await refused('http://relay.lab/'), /\(2\)/);
      assert.match(await refused('http://pc02:81/'), /\(5\)/);
      return 'SOCKS replies: 4 for an unknown name, 2 for a name of others, 5 where nobody listens';
    });
    await story.step('the exposed server is fetched from the office by the instance’s name, and sent to', async () => {
      const url = 'http://web-1:8080/';
      const path = '/run/fetched';
      await until(
        async () => (await pc02.run(['curl', '-sS', '--max-time', '10', '-o', path, url])).code === 0,
        30_000,
        () => `${url} can not be fetched`,
      );
      const [there, here] = [await sha256(web1, SHARED.path), await sha256(pc02, path)];
      assert.equal(here, there);
      const sent = await pc02.must(['curl', '-sS', '--max-time', '30', '-T', path, url]);
      assert.equal(sent, here);
      const closed = await pc02.run(['curl', '-sS', '--max-time', '10', 'http://web-1:8082/']);
      assert.match(closed.stderr, /refused|Connection reset|connect/i);
      return `${SHARED.megabytes} MB each way, SHA-256 ${here.slice(0, 16)}…; what is not exposed is refused`;
    });
    await story.step('throughput, beside an instance with an adapter', async () => {
      await causeway.activate(web2, await administrator.token(web));
      await causeway.agent('web-2').connected();
      const forwarded = await measureThroughput(web1, 'localhost:8081', MEASURED_BYTES, running);
      const exposed = await measureThroughput(pc02, 'web-1:8080', MEASURED_BYTES, []);
      const withAdapter = await measureThroughput(web2, 'pc02', MEASURED_BYTES, [causeway.agent('web-2').program]);
      figures.forwardMbps = Math.round(forwarded.mbps);
      figures.exposedMbps = Math.round(exposed.mbps);
      figures.adapterMbps = Math.round(withAdapter.mbps);
      figures.forwardCpuSecondsPerGB = tenth(forwarded.cpuSecondsPerGB[0]);
      figures.adapterCpuSecondsPerGB = tenth(withAdapter.cpuSecondsPerGB[0]);
      return `one TCP stream to the instance: ${figures.forwardMbps} Mbit/s at ${figures.forwardCpuSecondsPerGB} CPU-seconds per GB of its agent, from it: ${figures.exposedMbps}; with an adapter ${figures.adapterMbps} at ${figures.adapterCpuSecondsPerGB}`;
    });
    await story.step('with the command the instance ends, and leaves the directory', async () => {
      for (const instance of running) await instance.end('SIGTERM');
      await until(
        async () => (await pc02.run(['getent', 'hosts', 'web-1'])).code !== 0,
        20_000,
        () => 'web-1 is still there',
      );
      return 'its name is unknown again in the office';
    });
  },
};

function settings(token: string): Record<string, string> {
  return {
    CAUSEWAY_ACTIVATION_TOKEN: token,
    CAUSEWAY_WAIT_FOR_CONNECTIVITY: 'true',
    HOME: NOBODYS_DIRECTORY,
    TMPDIR: NOBODYS_DIRECTORY,
    // The lab shows its hosts the system's own by way of a directory that is root's alone.
    OPENSSL_CONF: '/dev/null',
  };
}

function roleWords(causeway: Causeway, options: readonly string[], command: readonly string[]): string[] {
  const userspaceOrNot = options.includes('--adapter') ? [] : ['--userspace'];
  return [
    ...NOBODY,
    ...causeway.command,
    'role',
    '--instance',
    'web-1',
    ...userspaceOrNot,
    ...options,
    '--',
    ...command,
  ];
}

/** The command as nobody, to its end. */
function role(
  causeway: Causeway,
  host: Host,
  token: string,
  options: readonly string[],
  command: readonly string[],
): Promise<RunResult> {
  const environment = { ...settings(token), CAUSEWAY_CONNECTIVITY_TIMEOUT: '5' };
  return host.run(roleWords(causeway, ['--socket', `${NOBODYS_DIRECTORY}/agent.sock`, ...options], command), {
    environment,
    timeoutMs: 30_000,
  });
}

async function sha256(host: Host, path: string): Promise<string> {
  const [sum = ''] = (await host.must(['sha256sum', path])).split(' ');
  return sum;
}

function tenth(value = 0): number {
  return Math.round(value * 10) / 10;
}
