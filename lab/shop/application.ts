/**
 * A small web shop, as a company has it: orders in PostgreSQL, stock in MariaDB. A program for the lab's
 * hosts. It knows nothing of Causeway: where its databases are, its settings say, by their bare names.
 *
 *     node application.ts /etc/shop/settings.json
 *
 *     GET  /               a page of the orders
 *     GET  /orders         all orders and what is left in stock, as JSON
 *     POST /orders/ITEM    orders one: 201, 409 when there is none left
 *     GET  /health         200 when both databases answer, else 503 with their errors
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { createPool } from 'mysql2/promise';
import pg from 'pg';
import { type ConnectionSettings, parseConnectionString } from './connection-string.ts';

interface Settings {
  readonly Listen: number;
  readonly ConnectionStrings: { readonly Orders: string; readonly Stock: string };
}

interface Stock {
  readonly item: string;
  readonly quantity: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const settings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Settings;
const orders = new pg.Pool({
  ...parseConnectionString(settings.ConnectionStrings.Orders),
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
});
// A connection that waits in the pool and is cut is replaced at the next query.
orders.on('error', () => undefined);
const stock = createPool({ ...forMariadb(settings.ConnectionStrings.Stock), connectTimeout: CONNECT_TIMEOUT_MS });

createServer((request, response) => {
  answer(request, response).catch((error: unknown) => send(response, 503, { error: textOf(error) }));
}).listen(settings.Listen, '::', () => process.stdout.write(`the shop listens on port ${settings.Listen}\n`));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = `${request.method} ${request.url}`;
  const [, item] = /^POST \/orders\/(\w+)$/.exec(path) ?? [];
  if (item !== undefined) await order(item, response);
  else if (path === 'GET /orders') send(response, 200, { orders: await allOrders(), stock: await allStock() });
  else if (path === 'GET /health') await health(response);
  else if (path === 'GET /') await page(response);
  else send(response, 404, { error: 'not found' });
}

async function order(item: string, response: ServerResponse): Promise<void> {
  const [taken] = await stock.execute('update stock set quantity = quantity - 1 where item = ? and quantity > 0', [
    item,
  ]);
  if ((taken as { affectedRows: number }).affectedRows === 0) {
    send(response, 409, { error: `no ${item} left` });
    return;
  }
  const written = await orders.query('insert into orders (item, made_on) values ($1, $2) returning id', [
    item,
    hostname(),
  ]);
  send(response, 201, written.rows[0]);
}

async function allOrders(): Promise<unknown[]> {
  return (await orders.query('select id, item, made_on from orders order by id')).rows;
}

async function allStock(): Promise<Stock[]> {
  const [rows] = await stock.query('select item, quantity from stock order by item');
  return rows as Stock[];
}

async function health(response: ServerResponse): Promise<void> {
  const [postgres, mariadb] = await Promise.allSettled([orders.query('select 1'), stock.query('select 1')]);
  const state = (result: PromiseSettledResult<unknown>) =>
    result.status === 'fulfilled' ? 'ok' : textOf(result.reason);
  const ok = postgres.status === 'fulfilled' && mariadb.status === 'fulfilled';
  send(response, ok ? 200 : 503, { orders: state(postgres), stock: state(mariadb) });
}

async function page(response: ServerResponse): Promise<void> {
  const rows = (await allOrders()) as { id: number; item: string }[];
  const list = rows.map(({ id, item }) => `<li>${id}: ${item}</li>`).join('');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><title>Shop</title><h1>Orders, from ${hostname()}</h1><ol>${list}</ol>\n`);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** mysql2 refuses a port that is there and undefined. */
function forMariadb(connectionString: string): Omit<ConnectionSettings, 'port'> & { port: number } {
  const parsed = parseConnectionString(connectionString);
  return { ...parsed, port: parsed.port ?? 3306 };
}

function textOf(error: unknown): string {
  // Of several addresses that all failed, Node says only the list.
  const causes = error instanceof AggregateError ? error.errors : [error];
  return causes.map((cause) => (cause instanceof Error ? cause.message : String(cause))).join('; ');
}
