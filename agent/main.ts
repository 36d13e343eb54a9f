/**
 * The `causeway` command's process: arguments in, lines and exit status out.
 */
import './schemas-uncompiled.ts';
import { CommanderError } from 'commander';
import { CausewayError } from '#protocol/errors.ts';
import { causewayCommand } from './cli/commands.ts';
import { COLOURED, errorLines, PLAIN } from './cli/output.ts';
import { redacted } from './engine/redaction.ts';

const WRONG_USAGE = 2;
const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const style = colour ? COLOURED : PLAIN;

causewayCommand({ style, print: (line) => console.log(line) })
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = report(error);
  });

/** @returns the exit status: 0 for help, 1 for a refusal, 2 for wrong usage, 70 for a bug (sysexits EX_SOFTWARE). */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // No command was named: the help has been printed.
    if (error.code === 'commander.help') return WRONG_USAGE;
    const said = error.message.replace(/^error: /, '');
    // Whoever forgets the option's name must not find the token in a log.
    const issue = redacted(said);
    const usage = new CausewayError('USAGE', {
      issue: issue === said ? said : `${issue} A token is given as --token TOKEN.`,
    });
    for (const line of errorLines(usage, style)) console.error(line);
    return WRONG_USAGE;
  }
  if (error instanceof CausewayError) {
    for (const line of errorLines(error, style)) console.error(line);
    return error.code === 'USAGE' ? WRONG_USAGE : 1;
  }
  console.error(error);
  return 70;
}
