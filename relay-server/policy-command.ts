/**
 * `causeway-relay policy export|diff|apply`: a subscription's policy as a file, for those who keep it in
 * git. A client of the REST API like any other; the server works out what differs.
 */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import { appliedChanges, type PolicyChange, policyDifference } from '#protocol/rest/changes.ts';
import type { Surroundings } from './command.ts';
import { callRest, json, type RestServer } from './rest-client.ts';
import { contentOf, pathOf, type RestOptions, restOptions, STANDARD_INPUT, serverOf } from './rest-options.ts';

interface Options extends RestOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
}
type Difference = z.infer<typeof policyDifference>;

/** What diff(1) ends with. */
const DIFFERENT = 1;
const TROUBLE = 2;

const REMOVING: readonly PolicyChange['do'][] = ['remove-group', 'remove-role', 'disconnect'];

/** @param setExit what the command ends with, also when it is a refusal that ends it. */
export function addPolicyCommands(program: Command, around: Surroundings, setExit: (code: number) => void): void {
  const policy = program.command('policy').description('Keep the network policy of a subscription in a file.');
  restOptions(policy.command('export').description('Write the policy to a file, or to standard output.'))
    .argument('[file]', 'where to write')
    .action((file: string | undefined, options: Options) => exportPolicy(file, options, around));
  restOptions(policy.command('diff').description('Show what applying a file would change.'))
    .argument('[file]', 'policy as `export` writes it; - or none for standard input')
    .addHelpText('after', '\nExits with 0 if the policy is that of the file, 1 if it differs, 2 for trouble.')
    .action(async (file: string | undefined, options: Options) => {
      setExit(TROUBLE);
      const difference = await differenceTo(await serverOf(options, around), file, options, around);
      show(difference, options, around);
      setExit(difference.changes.length === 0 ? 0 : DIFFERENT);
    });
  restOptions(policy.command('apply').description('Make the policy that of a file.'))
    .argument('[file]', 'policy as `export` writes it; - or none for standard input')
    .option('--yes', 'do not ask; needed where nobody can be asked and something would be removed')
    .addHelpText('after', '\nDoing it again changes nothing. Who is in a group is not in the file, and stays.')
    .action(async (file: string | undefined, options: Options) => {
      if (await applyPolicy(file, options, around)) return;
      around.out('Nothing was changed.');
      setExit(DIFFERENT);
    });
}

async function exportPolicy(file: string | undefined, options: Options, around: Surroundings): Promise<void> {
  const path = `${pathOf(options)}/policy${options.json ? '' : '.yaml'}`;
  const text = await callRest(await serverOf(options, around), 'GET', path);
  if (file === undefined || file === STANDARD_INPUT) around.out(text.replace(/\n$/, ''));
  else await writeFile(file, text);
}

/** @returns false when the person who was asked does not want it. */
async function applyPolicy(file: string | undefined, options: Options, around: Surroundings): Promise<boolean> {
  const server = await serverOf(options, around);
  const difference = await differenceTo(server, file, options, around);
  const { changes, effect } = difference;
  if (effect === null) {
    show(difference, options, around);
    return true;
  }
  if (!options.json) show(difference, options, around);
  if (!options.yes && !(await agreed(difference, file, around))) return false;
  // Somebody who changes the policy in this moment changes what was shown and agreed to.
  const body = json({ changes, expectPolicyVersion: effect.policyVersion });
  const answer = await callRest(server, 'POST', `${pathOf(options)}/changes`, body);
  const applied = appliedChanges.parse(JSON.parse(answer));
  around.out(options.json ? JSON.stringify(applied) : 'Done.');
  return true;
}

/** Where nobody can be asked, what only adds is done, and what removes is not. */
async function agreed(
  { changes, effect }: Difference,
  file: string | undefined,
  around: Surroundings,
): Promise<boolean> {
  if (around.ask !== undefined && file !== undefined && file !== STANDARD_INPUT) return around.ask('Do this?');
  if (!changes.some((change) => REMOVING.includes(change.do)) && effect?.lose.machines === 0) return true;
  throw new CausewayError('USAGE', {
    issue: 'This would take something away, and there is nobody to ask: look at it with `diff`, then add --yes.',
  });
}

async function differenceTo(
  server: RestServer,
  file: string | undefined,
  options: Options,
  around: Surroundings,
): Promise<Difference> {
  const text = await contentOf(file ?? STANDARD_INPUT, around);
  const path = `${pathOf(options)}/policy/diff`;
  return policyDifference.parse(JSON.parse(await callRest(server, 'POST', path, { type: 'application/yaml', text })));
}

function show(difference: Difference, options: Options, around: Surroundings): void {
  const { effect } = difference;
  if (options.json) {
    around.out(JSON.stringify(difference));
    return;
  }
  if (effect === null) {
    around.out('The policy is that of the file.');
    return;
  }
  for (const step of effect.steps) around.out(step);
  around.out('');
  around.out(effect.sentence);
  if (effect.whyNot !== null) around.out(`This can not be undone. ${effect.whyNot}`);
}
