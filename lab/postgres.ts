/**
 * A real PostgreSQL on a host of the lab, set up as its administrator would for Causeway: it listens
 * everywhere, and lets in whoever comes from the overlay's ranges with the password.
 */
import { IPV4_RANGE } from '#protocol/addresses.ts';
import type { Host, Program, RunResult } from './hosts/host.ts';
import { findCommand } from './prerequisites.ts';

const DIRECTORY = '/run/postgres-lab';
const PASSWORD = 'a password of the lab';

/** A ~/.pgpass (mode 0600) with which psql asks for nothing. */
export const PASSWORD_FILE = `*:*:*:shop:${PASSWORD}\n`;

/** PostgreSQL refuses to run as user 0, so it gets a user namespace in which it is somebody else. */
const AS_SOMEBODY = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'];

/** As an application has it in its settings. */
export function postgresConnectionString(server: string): string {
  return `Server=${server};Database=postgres;User Id=shop;Password=${PASSWORD}`;
}

/** For clients that take it on their standard input. */
export function postgresPassword(): string {
  return PASSWORD;
}

/** @param neighbours ranges that it lets in beside the overlay's: its LAN, or itself */
export async function startPostgres(host: Host, neighbours: readonly string[] = []): Promise<Program> {
  const server = findCommand('postgres');
  if (server === null) throw new Error('PostgreSQL is not installed');
  const data = `${DIRECTORY}/data`;
  await host.write(`${DIRECTORY}/password`, PASSWORD);
  const options = ['--username=shop', `--pwfile=${DIRECTORY}/password`, '--auth=scram-sha-256', '--no-sync'];
  await host.must([...AS_SOMEBODY, server.replace(/postgres$/, 'initdb'), `--pgdata=${data}`, ...options]);
  const ranges = [IPV4_RANGE, 'fd00::/8', ...neighbours];
  await host.write(`${data}/pg_hba.conf`, ranges.map((range) => `host all all ${range} scram-sha-256\n`).join(''));
  const settings = ['listen_addresses=*', `unix_socket_directories=${DIRECTORY}`, 'max_wal_size=256MB', 'fsync=off'];
  const program = host.spawn('postgres', [
    ...AS_SOMEBODY,
    server,
    '-D',
    data,
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  await program.prints(/ready to accept connections/);
  return program;
}

/** Runs SQL by psql on `client`, against the server by that name, as a user would. */
export async function psql(client: Host, server: string, sql: string, timeoutMs = 30_000): Promise<RunResult> {
  const options = ['--no-psqlrc', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1', '--quiet'];
  return client.run(['psql', '--host', server, '--username=shop', '--dbname=postgres', ...options, '--command', sql], {
    timeoutMs,
    environment: { PGPASSWORD: PASSWORD, PGCONNECT_TIMEOUT: '10' },
  });
}

/** @throws Error with psql's words when it fails. @returns its output, trimmed */
export async function mustPsql(client: Host, server: string, sql: string): Promise<string> {
  const result = await psql(client, server, sql, 120_000);
  if (result.code !== 0) throw new Error(`psql on ${client.name}: ${result.stderr.trim() || 'took too long'}`);
  return result.stdout.trim();
}
