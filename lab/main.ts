/** `npm run lab`: lists the scenarios, runs one, or runs all of them. `npm run lab -- --help` says how. */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { runEveryScenario } from './every-scenario.ts';
import { enterEnclosure } from './hosts/enclosure.ts';
import { Narration } from './narration.ts';
import { LAB_COMMANDS, obstacle } from './prerequisites.ts';
import { SCENARIOS } from './scenarios/all.ts';
import { type Scenario, tellScenario } from './scenarios/story.ts';

const EXIT = { ok: 0, failed: 1, usage: 2, skipped: 3 } as const;

const command = new Command('npm run lab --')
  .description(
    'Runs a scenario on hosts of its own: network namespaces with real NAT, firewalls and programs. LAB_LONG=1 makes those longer that have a long form.',
  )
  .argument('[scenario]', 'its name; "all": each in a process of its own, but for those by hand; "list"', 'list')
  .option('--json', 'one JSON object last on standard output; what people read goes to standard error')
  .option('--minutes <number>', 'how long, for "soak"')
  .option('--seed <text>', 'which faults, for "soak"; printed when it begins')
  .addHelpText('after', `\nExit codes: 0 ok, 1 failed, 2 not understood, 3 can not run here.\n\n${listing()}`)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));
command.parse();
const json = command.opts<{ json?: true }>().json === true;
const narration = new Narration(json ? process.stderr : process.stdout, process.env);
await main(command.processedArgs[0] as string);

async function main(name: string): Promise<void> {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario !== undefined) await runOne(scenario);
  else if (name === 'all') process.exitCode = await runAll();
  else if (name === 'list') list();
  else {
    narration.line(`There is no scenario ${name}. There are: ${SCENARIOS.map((known) => known.name).join(', ')}, all.`);
    process.exitCode = EXIT.usage;
  }
}

function list(): void {
  if (json) print(SCENARIOS.map(({ name, shows }) => ({ name, shows })));
  else narration.line(listing());
}

function listing(): string {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length)) + 2;
  return SCENARIOS.map(
    ({ name, shows, byHand }) => `${name.padEnd(width)}${shows}${byHand === true ? ' (by hand)' : ''}`,
  ).join('\n');
}

async function runOne(scenario: Scenario): Promise<void> {
  const say = (sentence: string) => narration.line(sentence);
  const skipped = obstacle([...LAB_COMMANDS, ...scenario.needs], say) ?? scenario.prepare?.() ?? null;
  if (skipped !== null) {
    narration.line(`The scenario ${scenario.name} can not run here: ${skipped}`);
    if (json) print({ ok: false, scenario: scenario.name, skipped, steps: [] });
    process.exitCode = EXIT.skipped;
    return;
  }
  const enclosure = await enterEnclosure();
  narration.title(`${scenario.name}: ${scenario.shows}`);
  const result = await tellScenario(scenario, enclosure, narration);
  const verdict = result.ok ? 'ok' : 'NOT OK';
  narration.line(`\n${scenario.name}: ${verdict}, ${result.steps.length} steps, ${result.seconds} s`);
  if (json) print(result);
  process.exit(result.ok ? EXIT.ok : EXIT.failed);
}

async function runAll(): Promise<number> {
  const { results, passed, failed, skipped, atSecondTry } = await runEveryScenario(
    fileURLToPath(import.meta.url),
    narration,
  );
  if (json) print({ ok: failed === 0, passed, failed, skipped, atSecondTry, scenarios: results });
  else narration.line(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
