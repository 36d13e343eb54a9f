/**
 * A private PostgreSQL for tests: a cluster in a temporary directory that listens on a Unix socket there
 * and nowhere else. PostgreSQL refuses to run as root, so root starts it as the user postgres.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PROGRAMS = '/usr/lib/postgresql';
const run = promisify(execFile);

export interface PostgresCluster {
  /** What `--database` takes. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Why no cluster can be started here; undefined if it can. */
export function postgresMissing(): string | undefined {
  if (programs() === undefined) return 'PostgreSQL is not installed';
  if (process.getuid?.() === 0 && accountOf('postgres') === undefined) return 'there is no user postgres';
  return undefined;
}

export async function startPostgres(): Promise<PostgresCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-pg-'));
  const account = process.getuid?.() === 0 ? accountOf('postgres') : undefined;
  if (account !== undefined) await chown(directory, account.uid, account.gid);
  const data = join(directory, 'data');
  const call = (program: string, args: string[]) =>
    run(join(programs() ?? '', program), args, { ...account, cwd: directory });
  await call('initdb', ['-D', data, '-U', 'causeway', '--auth=trust', '--no-sync', '--encoding=UTF8']);
  const settings = `-c listen_addresses='' -c unix_socket_directories='${directory}' -c shared_buffers=16MB`;
  await call('pg_ctl', ['-D', data, '-w', '-l', join(directory, 'log'), '-o', settings, 'start']);
  return {
    url: `postgres://causeway@localhost/postgres?host=${encodeURIComponent(directory)}`,
    async stop() {
      await call('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop']);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function programs(): string | undefined {
  if (!existsSync(PROGRAMS)) return undefined;
  const versions = readdirSync(PROGRAMS).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(PROGRAMS, version, 'bin')).find((path) => existsSync(join(path, 'initdb')));
}

function accountOf(user: string): { uid: number; gid: number } | undefined {
  try {
    const number = (option: string) => Number(execFileSync('id', [option, user], { stdio: 'pipe' }).toString());
    return { uid: number('-u'), gid: number('-g') };
  } catch {
    return undefined;
  }
}
