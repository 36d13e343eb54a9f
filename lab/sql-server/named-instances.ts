/**
 * A host's named instances as SQL Server has them: a browser on UDP port 1434 that tells where each
 * listens ([MC-SQLR]), and each on a TCP port that the system chose, speaking TDS ([MS-TDS]). What they
 * are asked is passed to the host's PostgreSQL, with the name and password that the client logged in with;
 * so the SQL is PostgreSQL's. A program for the lab's hosts; it knows nothing of Causeway.
 *
 *     node named-instances.ts POSTGRES-PORT INSTANCE …     an INSTANCE! also has an administrator's port
 *
 * Prints `instance NAME on PORT` for each, `browser on 1434`, and a line for each datagram:
 * `answered FROM HEX` or `ignored FROM HEX`.
 */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { hostname } from 'node:os';
import pg from 'pg';
import { answerTo, type Instance, parseRequest, RESOLUTION_PORT } from './resolution.ts';
import {
  errorAnswer,
  instanceIn,
  type Login,
  loginAnswer,
  type Message,
  MessageReader,
  PACKET,
  packets,
  parseLogin,
  preloginAnswer,
  queryIn,
  rowsAnswer,
} from './tabular-data.ts';

const VERSION = '16.0.1000.6';
const SERVER = hostname().toUpperCase();
const LOGIN_FAILED = { number: 18456, severity: 14 } as const;
const QUERY_FAILED = { number: 50000, severity: 16 } as const;

const [postgresPort = '', ...wanted] = process.argv.slice(2);
const instances = await Promise.all(wanted.map((name) => start(name.replace('!', ''), name.endsWith('!'))));
const browser = createSocket({ type: 'udp6', ipv6Only: false });
browser.on('message', (datagram, from) => {
  const request = parseRequest(datagram);
  const answer = request === null ? null : answerTo(request, SERVER, instances);
  say(`${answer === null ? 'ignored' : 'answered'} ${from.address} ${datagram.toString('hex')}`);
  if (answer !== null) browser.send(answer, from.port, from.address);
});
browser.bind(RESOLUTION_PORT, '::', () => say(`browser on ${RESOLUTION_PORT}`));

async function start(name: string, hasAdministrator: boolean): Promise<Instance> {
  const [port, administratorPort] = await Promise.all([listen(name), hasAdministrator ? listen(name) : null]);
  say(`instance ${name} on ${port}`);
  return { name, version: VERSION, port, administratorPort };
}

/** @returns the port that the system chose */
async function listen(name: string): Promise<number> {
  const server = createServer((socket) => {
    serve(socket, name).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  return (server.address() as AddressInfo).port;
}

/** One client, to its end. @throws Error at what is not TDS, after which there is nothing left to say */
async function serve(socket: Socket, instance: string): Promise<void> {
  socket.setNoDelay(true);
  const reader = new MessageReader();
  const session: { database: pg.Client | null } = { database: null };
  try {
    for await (const chunk of socket) {
      for (const message of reader.take(chunk as Buffer)) {
        const answer = await answerMessage(message, instance, session);
        if (answer === null) return;
        socket.write(packets(answer));
      }
    }
  } finally {
    socket.end();
    await session.database?.end();
  }
}

/** @returns null to hang up */
async function answerMessage(
  { type, data }: Message,
  instance: string,
  session: { database: pg.Client | null },
): Promise<Buffer | null> {
  if (type === PACKET.prelogin) {
    const meant = instanceIn(data);
    return preloginAnswer(VERSION, ['', instance].includes(meant.toUpperCase()));
  }
  if (type === PACKET.login) {
    const login = parseLogin(data);
    try {
      session.database = await connect(login);
    } catch {
      const text = `Login failed for user '${login.user}'.`;
      return errorAnswer(LOGIN_FAILED.number, LOGIN_FAILED.severity, text, SERVER);
    }
    return loginAnswer(login, `${SERVER}\\${instance}`, VERSION);
  }
  if (type === PACKET.batch && session.database !== null) return answerQuery(session.database, queryIn(data));
  return null;
}

async function connect({ user, password, database }: Login): Promise<pg.Client> {
  const settings = { user, password, database: database || 'postgres' };
  const client = new pg.Client({ host: '127.0.0.1', port: Number(postgresPort), ...settings });
  client.on('error', () => undefined); // the next query says it
  await client.connect();
  return client;
}

async function answerQuery(database: pg.Client, text: string): Promise<Buffer> {
  try {
    const result = await database.query<(string | null)[]>({
      text,
      rowMode: 'array',
      types: { getTypeParser: asText },
    });
    return rowsAnswer(
      result.fields.map(({ name }) => name),
      result.rows,
    );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return errorAnswer(QUERY_FAILED.number, QUERY_FAILED.severity, text, SERVER);
  }
}

function asText() {
  return (value: string) => value;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
