/**
 * A real MariaDB on a host of the lab, set up as its administrator would for Causeway: it listens on every
 * address, and lets in the user shop, with the password, from the overlay's ranges and a LAN.
 */
import { createHash } from 'node:crypto';
import type { Host, Program } from './hosts/host.ts';

const DIRECTORY = '/run/mariadb-lab';
const PASSWORD = 'another password of the lab';

/** As an application has it in its settings. */
export function mariadbConnectionString(server: string): string {
  return `Server=${server};Database=shop;Uid=shop;Pwd=${PASSWORD}`;
}

export async function startMariadb(host: Host): Promise<Program> {
  const data = `${DIRECTORY}/data`;
  // The host's own /etc/mysql would name the system's directories.
  const common = ['--no-defaults', `--datadir=${data}`, '--user=root'];
  await host.must(['mkdir', '-p', data]);
  await host.must(['mariadb-install-db', ...common, '--skip-test-db', '--auth-root-authentication-method=socket'], {
    timeoutMs: 120_000,
  });
  const settings = ['--bind-address=*', '--port=3306', `--socket=${DIRECTORY}/socket`, `--pid-file=${DIRECTORY}/pid`];
  const quick = ['--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=32M', '--skip-name-resolve'];
  const program = host.spawn('mariadb', ['mariadbd', ...common, ...settings, ...quick]);
  await program.prints(/ready for connections/, 60_000);
  await mustMariadb(host, `create database shop; ${grants()}`);
  return program;
}

/** Runs SQL as root on the server itself. @returns its output, tabs between columns, trimmed */
export async function mustMariadb(host: Host, sql: string): Promise<string> {
  const options = ['--no-defaults', '--batch', '--skip-column-names', `--socket=${DIRECTORY}/socket`, '--user=root'];
  return host.must(['mariadb', ...options], { input: sql });
}

/** By the hash of the password, so that the server's log of statements would not show it. */
function grants(): string {
  const sha1 = (bytes: string | Buffer) => createHash('sha1').update(bytes).digest();
  const hash = `*${sha1(sha1(PASSWORD)).toString('hex').toUpperCase()}`;
  const places = ['100.64.0.0/255.192.0.0', 'fd%', '192.168.%'];
  return places
    .map(
      (place) =>
        `create user 'shop'@'${place}' identified by password '${hash}'; grant all on shop.* to 'shop'@'${place}';`,
    )
    .join('\n');
}
