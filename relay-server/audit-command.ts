/**
 * `causeway-relay audit verify`: whether the audit is the one that was written. Reads the database itself,
 * with the server running or not.
 */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { CausewayError } from '#protocol/errors.ts';
import type { Surroundings } from './command.ts';
import { databasePath } from './data-directory.ts';
import { openStore } from './server.ts';
import { type AuditHead, headText } from './store/audit-chain.ts';

interface Options {
  readonly data: string;
  readonly database?: string;
  readonly json?: boolean;
  readonly contains?: string;
}

/** @param common adds the options by which a database is found. */
export function addAuditCommands(program: Command, around: Surroundings, common: (command: Command) => Command): void {
  const audit = program.command('audit').description('Look after the record of who did what.');
  common(audit.command('verify').description('Check that no entry was changed, removed or put in.'))
    .option('--contains <head>', 'NUMBER:HASH, a head that was printed or logged before and has to be in it')
    .action((options: Options) => verify(options, around));
}

async function verify(options: Options, around: Surroundings): Promise<void> {
  const known = options.contains === undefined ? undefined : headIn(options.contains);
  if (options.database === undefined && !existsSync(databasePath(options.data))) {
    throw new CausewayError('USAGE', {
      issue: `No server has kept its data in ${options.data} yet; name its directory with --data.`,
    });
  }
  const store = await openStore(options.data, options.database, false);
  try {
    const verdict = await store.audit.verify(known);
    if (options.json) around.out(JSON.stringify(verdict));
    if (!verdict.sound) {
      const { position, issue } = verdict;
      throw new CausewayError('AUDIT_CHANGED', { position, issue });
    }
    if (options.json) return;
    const { entries, from, head } = verdict;
    around.out(`The audit is as it was written: ${entries} entries, from number ${from}.`);
    around.out(`Its head is ${headText(head)}`);
    around.out('Keep that elsewhere: with --contains it shows later that nobody has written another audit since.');
  } finally {
    await store.close();
  }
}

/** @throws CausewayError USAGE */
function headIn(text: string): AuditHead {
  const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (position !== undefined && hash !== undefined) return { position: Number(position), hash };
  throw new CausewayError('USAGE', { issue: '--contains takes NUMBER:HASH, as `audit verify` prints it.' });
}
