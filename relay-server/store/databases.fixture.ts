/** For tests: both databases that the server can use, SQLite in a file and a real PostgreSQL where there is one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgresStore } from './postgres.ts';
import { postgresMissing, startPostgres } from './postgres-cluster.fixture.ts';
import { openSqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';

export interface StartedDatabase {
  /** Opens it; again after it was closed. */
  open(): Promise<Store>;
  /** To be called when it is closed. */
  stop(): Promise<void>;
}

export interface TestDatabase {
  readonly name: string;
  /** Why it can not be had here; undefined if it can. */
  readonly missing: string | undefined;
  /** Makes an empty one. */
  start(): Promise<StartedDatabase>;
}

export const DATABASES: readonly TestDatabase[] = [
  {
    name: 'SQLite',
    missing: undefined,
    async start() {
      const directory = await mkdtemp(join(tmpdir(), 'causeway-store-'));
      return {
        open: () => openSqliteStore(join(directory, 'test.sqlite')),
        stop: () => rm(directory, { recursive: true }),
      };
    },
  },
  {
    name: 'PostgreSQL',
    missing: postgresMissing(),
    async start() {
      const cluster = await startPostgres();
      return { open: () => openPostgresStore(cluster.url, { exclusive: true }), stop: () => cluster.stop() };
    },
  },
];
