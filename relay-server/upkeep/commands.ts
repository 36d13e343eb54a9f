/**
 * `causeway-relay backup`, `restore` and `check`: what keeps a server’s data safe, by command line. All work beside
 * a running server but `restore`, which refuses to.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CausewayError } from '#protocol/errors.ts';
import type { Surroundings } from '../command.ts';
import { databasePath, lockDataDirectory } from '../data-directory.ts';
import { rotateGrantKey } from '../tls/grant-key.ts';
import { backupsDirectory, makeBackup } from './backup.ts';
import { checkServer } from './checks.ts';
import { restoreBackup } from './restore.ts';

interface Options {
  readonly data: string;
  readonly database?: string;
  readonly json?: boolean;
}

/** @param common adds the options that say where a server's data are */
export function addUpkeepCommands(
  program: Command,
  around: Surroundings,
  common: (command: Command) => Command,
  setExit: (code: number) => void,
): void {
  common(program.command('backup').description('Write database and keys to a new directory; the server may run.'))
    .option('--to <directory>', 'where to make it (default: backups in the data directory)')
    .addHelpText('after', '\nIt holds the keys of the server: who has it can be the server.')
    .action((options: Options & { to?: string }) => backup(options, around));
  common(program.command('restore').description('Put a backup in the place of the data of a server that is stopped.'))
    .argument('<backup>', 'directory that `backup` has made')
    .addHelpText('after', '\nWhat was there before is kept beside it, in a directory replaced-….')
    .action((path: string, options: Options) => restore(path, options, around));
  common(program.command('rotate-grant-key').description('Exchange the key that signs grants; the server is stopped.'))
    .addHelpText('after', '\nWhoever has stolen the old key can do nothing with it an hour after.')
    .action((options: Options) => exchangeGrantKey(options, around));
  common(program.command('check').description('See whether the data are sound and the server answers.'))
    .addHelpText('after', '\nExits with 0 if all is well, 1 if something is not.')
    .action(async (options: Options) => {
      requireData(options);
      const where = { dataDirectory: options.data, database: options.database, now: Date.now() };
      const well = await checkServer(where, (check) => {
        if (options.json) around.out(JSON.stringify(check));
        else around.out(`${check.ok ? 'ok' : 'NO'}  ${check.name.padEnd(12)}${check.detail}${codeOf(check.code)}`);
        if (!options.json && check.remedy !== null) around.out(`    → ${check.remedy}`);
      });
      setExit(well ? 0 : 1);
    });
}

async function exchangeGrantKey({ data, json }: Options, around: Surroundings): Promise<void> {
  const lock = lockDataDirectory(data);
  const key = await rotateGrantKey(data, Date.now()).finally(() => lock[Symbol.dispose]());
  if (json) around.out(JSON.stringify({ event: 'grant-key', key }));
  else
    around.out('The grant key is another one. Start the server: machines follow when they connect, without a break.');
}

async function backup(options: Options & { to?: string }, around: Surroundings): Promise<void> {
  requireData(options);
  const { data, database, to, json } = options;
  const into = resolve(to ?? backupsDirectory(data));
  const made = await makeBackup({ dataDirectory: data, database, into, now: Date.now() });
  if (json) {
    around.out(JSON.stringify({ event: 'backup', path: made.path, bytes: made.bytes, files: made.manifest.files }));
    return;
  }
  around.out(`Backup made: ${made.path} (${made.bytes} bytes)`);
  around.out('It holds the keys of this server: keep it where nobody else can read it.');
  if (database !== undefined) around.out('The database is not in it: back PostgreSQL up by pg_dump.');
}

async function restore(path: string, options: Options, around: Surroundings): Promise<void> {
  const { manifest, replaced } = await restoreBackup(resolve(path), options.data, Date.now());
  if (options.json) {
    around.out(JSON.stringify({ event: 'restored', madeAt: manifest.madeAt, replaced: replaced ?? null }));
    return;
  }
  around.out(`Restored to ${manifest.madeAt}. Changes made since then are not in it.`);
  if (replaced !== undefined) around.out(`What was there before is in ${replaced}.`);
  if (manifest.database === 'elsewhere') around.out('The database was not in it: restore PostgreSQL by its own tools.');
}

/** @throws CausewayError USAGE */
function requireData({ data, database }: Options): void {
  if (existsSync(database === undefined ? databasePath(data) : data)) return;
  throw new CausewayError('USAGE', {
    issue: `No server has kept its data in ${data} yet; name its directory with --data.`,
  });
}

function codeOf(code: string | null): string {
  return code === null ? '' : ` [${code}]`;
}
