/**
 * A web application of the office moves to the cloud as it is: the same program and the same settings,
 * byte by byte, with connection strings that name bare hosts. And the question that people asked about the
 * original: does `SQL01\INST2` work, where the client first asks UDP port 1434 for a port?
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { until } from '../causeway.ts';
import type { LabDescription } from '../hosts/description.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host, Program } from '../hosts/host.ts';
import { mariadbConnectionString, mustMariadb, startMariadb } from '../mariadb.ts';
import { mustPsql, postgresConnectionString, startPostgres } from '../postgres.ts';
import { SQL_COMMANDS } from '../prerequisites.ts';
import { askBrowser, NamedInstances, tsql } from '../sql-server/clients.ts';
import type { Scenario } from './story.ts';

const SETTINGS_FILE = '/etc/shop/settings.json';
const SETTINGS = {
  Listen: 8080,
  ConnectionStrings: { Orders: postgresConnectionString('sql01'), Stock: mariadbConnectionString('sql02') },
};
const APPLICATION = fileURLToPath(new URL('../shop/application.ts', import.meta.url));
const SHOP = [process.execPath, APPLICATION, SETTINGS_FILE];
const SERVICE_CONFIGURATION = '/etc/shop/ServiceConfiguration.cscfg';
const STOCK = 60;
const ORDERS = 50;

/** Datagrams to which [MC-SQLR] has no answer: no request, cut, too long, of another version, of an unknown instance. */
const NOT_ANSWERED = [
  ...['', '05', '0300', '04', '0400', '04494e535432', '0f02494e53543200'],
  ...[`04${'41'.repeat(33)}00`, 'ff'.repeat(1200), `04${Buffer.from('INST9\0').toString('hex')}`],
];

/** The standard one, with a second database server in the office. */
const LAB: LabDescription = {
  ...STANDARD_LAB,
  sites: STANDARD_LAB.sites.map((site) =>
    site.name === 'office' ? { ...site, hosts: [...site.hosts, { name: 'sql02', address: '192.168.1.12' }] } : site,
  ),
};

export const sqlUnchanged: Scenario = {
  name: 'sql-unchanged',
  shows: 'a web application moves to a role instance with its connection strings unchanged; SQL01\\INST2 works',
  needs: [...SQL_COMMANDS, 'mariadbd', 'mariadb', 'tsql'],
  lab: LAB,
  async tell(story) {
    const { lab } = story;
    const [sql01, sql02, pc02, web1] = [lab.host('sql01'), lab.host('sql02'), lab.host('pc02'), lab.host('web-1')];
    let settingsInOffice = '';

    await story.step('the office has PostgreSQL on sql01 and MariaDB on sql02', async () => {
      await Promise.all([startPostgres(sql01, ['192.168.1.0/24', '127.0.0.1/32']), startMariadb(sql02)]);
      await mustMariadb(sql02, 'create table shop.stock (item varchar(40) primary key, quantity int not null)');
      await mustMariadb(sql02, `insert into shop.stock values ('boots', ${STOCK}), ('hats', 1)`);
      return `${await mustMariadb(sql02, 'select version()')} and its neighbour, with ${STOCK} pairs of boots in stock`;
    });
    await story.step('the web application runs in the office, on pc02', async () => {
      // What an office’s own DNS server would say.
      await pc02.must(['sh', '-c', `printf '${sql01.address} sql01\\n${sql02.address} sql02\\n' >> /etc/hosts`]);
      await mustPsql(pc02, 'sql01', 'create table orders (id serial primary key, item text, made_on text)');
      const shop = await startShop(pc02);
      assert.equal(await order(pc02, 'boots'), 201);
      settingsInOffice = await pc02.fingerprint(SETTINGS_FILE);
      await shop.end();
      return 'it took an order, and is stopped: it moves';
    });

    const { causeway, administrator } = await story.startCauseway();
    const databases = await administrator.group('databases');
    const web = await administrator.role('web');
    let instance: Program | null = null;
    await story.step(
      'causeway role starts it on web-1, by the service configuration that it has: same program, same settings',
      async () => {
        await causeway.activate(sql01, await administrator.token(databases));
        await causeway.activate(sql02, await administrator.token(databases));
        await web1.write(SERVICE_CONFIGURATION, serviceConfiguration(await administrator.token(web)));
        const options = ['--service-config', SERVICE_CONFIGURATION, '--role', 'Web', '--instance', '1'];
        await writeSettings(web1);
        instance = causeway.startRole(web1, options, SHOP);
        await instance.prints(/listens on port/, 30_000);
        assert.equal(await web1.fingerprint(SETTINGS_FILE), settingsInOffice, 'the settings differ');
        const { status, body } = await ask(web1, 'GET', '/health');
        assert.equal(status, 503);
        assert.match(body, /sql01.*sql02/s);
        return `web-1 is in the network; its role is not connected to the databases: ${body}`;
      },
    );
    await story.step('the role is connected to the group: the application works, without a restart', async () => {
      await administrator.connect(web, databases);
      await until(
        async () => (await ask(web1, 'GET', '/health')).status === 200,
        15_000,
        () => 'the shop does not reach its databases',
      );
      const { ipv4, ipv6 } = await administrator.machine('web-1');
      const seen = await mustMariadb(sql02, "select host from information_schema.processlist where user = 'shop'");
      const clients = seen.split('\n').map((line) => line.replace(/^\[|\]?:\d+$/g, ''));
      assert(clients.length > 0 && clients.every((address) => [ipv4, ipv6].includes(address)), seen);
      return `MariaDB sees its client at ${clients[0]}, web-1’s own overlay address`;
    });
    await story.step(`${ORDERS} orders by HTTP; psql and mariadb on the servers say what the shop says`, async () => {
      const answers = await Promise.all(Array.from({ length: ORDERS }, () => order(web1, 'boots')));
      assert.deepEqual(
        answers.filter((status) => status !== 201),
        [],
      );
      assert.deepEqual([await order(web1, 'hats'), await order(web1, 'hats')], [201, 409]);
      await compare(web1, sql01, sql02);
      const left = await mustMariadb(sql02, "select quantity from shop.stock where item = 'boots'");
      assert.equal(left, String(STOCK - 1 - ORDERS));
      return `${ORDERS + 2} orders in PostgreSQL, ${left} boots left in MariaDB; the second hat was refused`;
    });
    await story.step('what others write meanwhile, the shop reads', async () => {
      await mustPsql(pc02, 'sql01', "insert into orders (item, made_on) values ('gloves — Größe 9', 'pc02')");
      await mustMariadb(sql02, "insert into shop.stock values ('scarves', 7)");
      await compare(web1, sql01, sql02);
      const page = await web1.must(['curl', '-sS', `http://localhost:${SETTINGS.Listen}/`]);
      assert.match(page, /Orders, from web-1.*gloves — Größe 9/s);
      return 'its page, on web-1, shows a row that was written in the office';
    });
    await tellOfNamedInstances(story, sql01, web1);
    await story.step(
      'web-1 is stopped: the application ends, and the directory forgets the instance at once',
      async () => {
        assert(instance !== null);
        await instance.end();
        await assert.rejects(ask(web1, 'GET', '/health'));
        assert.equal((await administrator.attempt('GET', '/machines/web-1')).status, 404);
        return 'SIGTERM reached both; web-1 said goodbye';
      },
    );
  },
};

/** The second half: SQL Server's named instances. */
async function tellOfNamedInstances(story: Parameters<Scenario['tell']>[0], sql01: Host, web1: Host): Promise<void> {
  let instances: NamedInstances | null = null;
  const running = () => {
    assert(instances !== null, 'an earlier step did not start them');
    return instances;
  };
  await story.step(
    'sql01 has named instances: SQLEXPRESS and INST2, each on a port that the system chose',
    async () => {
      instances = await NamedInstances.start(sql01);
      return `INST2 listens on ${running().port('INST2')}; who wants it has to ask UDP port 1434`;
    },
  );
  await story.step(
    'FreeTDS on web-1 opens SQL01\\INST2: UDP 1434 by bare name, then the port it was told',
    async () => {
      const row = await tsql(web1, 'SQL01\\INST2', "select item from orders where made_on = 'pc02' order by id");
      assert.deepEqual(row, ['boots', 'gloves — Größe 9']);
      const askedFor = running()
        .requests('answered')
        .filter((hex) => hex.startsWith('04'));
      assert.deepEqual(askedFor, [`04${Buffer.from('INST2\0').toString('hex')}`], 'the browser was not asked once');
      return 'one CLNT_UCAST_INST was sent and answered; the rows are those of the orders';
    },
  );
  await story.step('INST2 starts again on another port: the same words find it', async () => {
    const before = running().port('INST2');
    await running().stop();
    instances = await NamedInstances.start(sql01);
    assert.notEqual(running().port('INST2'), before, 'it has the same port as before');
    assert.equal((await tsql(web1, 'sql01\\inst2', 'select count(*) from orders')).length, 1);
    return `from ${before} to ${running().port('INST2')}; in small letters too`;
  });
  await story.step('all instances of sql01 are listed (tsql -L, and a CLNT_BCAST_EX sent to sql01 alone)', async () => {
    const { stderr: listed } = await web1.run(['tsql', '-L', '-H', 'sql01']);
    for (const name of ['SQLEXPRESS', 'INST2']) {
      assert.match(listed, new RegExp(`InstanceName ${name}\\n[^]*?tcp ${running().port(name)}\\b`));
    }
    const [answer, same] = await askBrowser(web1, 'sql01', '02', '03');
    assert.deepEqual(answer, same);
    assert.match(String(answer), /InstanceName;SQLEXPRESS;.*InstanceName;INST2;/);
    return String(answer?.subarray(3));
  });
  await story.step('the administrator’s port of INST2 is told (CLNT_UCAST_DAC), and serves', async () => {
    const [answer] = await askBrowser(web1, 'sql01', `0f01${Buffer.from('INST2\0').toString('hex')}`);
    assert.equal(answer?.subarray(0, 4).toString('hex'), '05060001');
    const port = answer?.readUInt16LE(4) ?? 0;
    assert.notEqual(port, running().port('INST2'));
    assert.deepEqual(await tsql(web1, `sql01:${port}`, 'select 6 * 7'), ['42']);
    return `TCP ${port} answered a query`;
  });
  await story.step('nonsense and unknown names get no answer, and the browser lives', async () => {
    const answers = await askBrowser(web1, 'sql01', ...NOT_ANSWERED);
    assert.deepEqual(
      NOT_ANSWERED.filter((_, index) => answers[index] !== null),
      [],
    );
    assert.notDeepEqual(await askBrowser(web1, 'sql01', '03'), [null]);
    assert.deepEqual(running().requests('ignored').sort(), [...NOT_ANSWERED].sort());
    return `${NOT_ANSWERED.length} datagrams arrived and were ignored, the longest with 1,200 bytes`;
  });
  await story.step('a wrong password is refused by INST2, not by the network', async () => {
    const refused = await tsql(web1, 'sql01\\INST2', 'select 1', 'wrong').catch((error: Error) => error.message);
    assert.match(String(refused), /Login failed for user 'shop'/);
    return "Login failed for user 'shop'.";
  });
}

async function startShop(host: Host): Promise<Program> {
  await writeSettings(host);
  const shop = host.spawn('shop', SHOP);
  await shop.prints(/listens on port/);
  return shop;
}

async function writeSettings(host: Host): Promise<void> {
  await host.write(SETTINGS_FILE, JSON.stringify(SETTINGS, null, 2));
  await host.must(['chmod', '600', SETTINGS_FILE]);
}

/** As its developers had it, with one line changed: the token. */
function serviceConfiguration(token: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<ServiceConfiguration serviceName="Shop" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration">
  <Role name="Web">
    <Instances count="1" />
    <ConfigurationSettings>
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.ActivationToken" value="${token}" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.WaitForConnectivity" value="True" />
    </ConfigurationSettings>
  </Role>
</ServiceConfiguration>
`;
}

/** @throws Error with what the shop says when a database did not take it */
async function order(host: Host, item: string): Promise<number> {
  const { status, body } = await ask(host, 'POST', `/orders/${item}`);
  if (status === 503) throw new Error(`the shop on ${host.name}: ${body}`);
  return status;
}

/** Asks the shop on a host, by HTTP from there. */
async function ask(host: Host, method: string, path: string): Promise<{ status: number; body: string }> {
  const url = `http://localhost:${SETTINGS.Listen}${path}`;
  const output = await host.must(['curl', '-sS', '--max-time', '20', '-X', method, '-w', '\n%{http_code}', url]);
  const at = output.lastIndexOf('\n');
  return { status: Number(output.slice(at + 1)), body: output.slice(0, at).trim() };
}

/** @throws AssertionError unless the shop says what psql and mariadb say, row by row */
async function compare(web1: Host, sql01: Host, sql02: Host): Promise<void> {
  const { body } = await ask(web1, 'GET', '/orders');
  const shown = JSON.parse(body) as {
    orders: { id: number; item: string; made_on: string }[];
    stock: { item: string; quantity: number }[];
  };
  const orders = await mustPsql(sql01, '127.0.0.1', 'select id, item, made_on from orders order by id');
  assert.equal(shown.orders.map(({ id, item, made_on }) => `${id}|${item}|${made_on}`).join('\n'), orders);
  const stock = await mustMariadb(sql02, 'select item, quantity from shop.stock order by item');
  assert.equal(shown.stock.map(({ item, quantity }) => `${item}\t${quantity}`).join('\n'), stock);
}
