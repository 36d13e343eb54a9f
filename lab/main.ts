/**
 * `npm run lab`: lists the scenarios, runs one, or runs all of them.
 *
 *     npm run lab -- list
 *     npm run lab -- NAME [--json]       prints one JSON object last; exit code 1 if not ok, 3 if it can not run here
 *     npm run lab -- all [--json]        each in a process of its own, but for those by hand
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { enterEnclosure } from './hosts/enclosure.ts';
import { Narration } from './narration.ts';
import { LAB_COMMANDS, obstacle } from './prerequisites.ts';
import { SCENARIOS } from './scenarios/all.ts';
import { type Scenario, tellScenario } from './scenarios/story.ts';

const EXIT = { ok: 0, failed: 1, usage: 2, skipped: 3 } as const;

/** What a scenario's process prints last. */
type Result = Record<string, unknown>;

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const json = process.argv.includes('--json');
const narration = new Narration(json ? process.stderr : process.stdout, process.env);
await main(words[0] ?? 'list');

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
  if (json) {
    print(SCENARIOS.map(({ name, shows }) => ({ name, shows })));
    return;
  }
  for (const { name, shows } of SCENARIOS) narration.line(`${name.padEnd(15)}${shows}`);
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

/** Two side by side, for most of a scenario is waiting. One line for each, then `N passed, N failed, N skipped`. */
async function runAll(): Promise<number> {
  const chosen = SCENARIOS.filter(({ byHand }) => byHand !== true);
  // Installed once for all: what can not be had is for each scenario to say.
  obstacle([...LAB_COMMANDS, ...new Set(chosen.flatMap(({ needs }) => needs))], (sentence) => narration.line(sentence));
  const results = new Map<string, Result>();
  const inTurn = async (scenarios: readonly Scenario[]) => {
    for (const { name } of scenarios) results.set(name, await runInProcess(name));
  };
  const beside = chosen.filter(({ alone }) => alone !== true);
  await Promise.all([
    inTurn(beside.filter(({ builds }) => builds === true)),
    inTurn(beside.filter(({ builds }) => builds !== true)),
  ]);
  await inTurn(chosen.filter(({ alone }) => alone === true));
  const all = [...results.values()];
  const count = (state: string) => all.filter((result) => stateOf(result) === state).length;
  const [passed, failed, skipped] = [count('ok'), count('FAILED'), count('skipped')];
  if (json) print({ ok: failed === 0, passed, failed, skipped, scenarios: all });
  else narration.line(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

/** Its narration is shown only when it failed. */
async function runInProcess(name: string): Promise<Result> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), name, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, narrated] = await Promise.all([child.stdout.toArray(), child.stderr.toArray(), once(child, 'exit')]);
  const told = Buffer.concat(narrated as Buffer[]).toString();
  const result = lastObject(Buffer.concat(output as Buffer[]).toString()) ?? { ok: false, scenario: name, steps: [] };
  const state = stateOf(result);
  if (state === 'FAILED') narration.line(told);
  const reason = state === 'skipped' ? `: ${result.skipped}` : '';
  const took = result.seconds === undefined ? '' : `, ${result.seconds} s`;
  narration.line(`scenario ${state.padEnd(8)}${name} (${(result.steps as unknown[]).length} steps${took})${reason}`);
  return result;
}

function stateOf(result: Result): 'ok' | 'FAILED' | 'skipped' {
  if (result.skipped !== undefined) return 'skipped';
  return result.ok === true ? 'ok' : 'FAILED';
}

function lastObject(output: string): Result | null {
  try {
    return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Result;
  } catch {
    return null;
  }
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
