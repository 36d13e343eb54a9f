/**
 * Runs all scenarios but those by hand, each in a process of its own: two side by side, for most of a
 * scenario is waiting. One that failed is run once more when nothing else runs; a second try is never
 * passed over in silence, for it may have been the scenario's or Causeway's own fault.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Narration } from './narration.ts';
import { LAB_COMMANDS, obstacle } from './prerequisites.ts';
import { SCENARIOS } from './scenarios/all.ts';
import type { Scenario } from './scenarios/story.ts';

/** What a scenario's process prints last. */
export type Result = Record<string, unknown>;

export interface Outcome {
  readonly results: readonly Result[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Those of the passed that failed at their first try. */
  readonly atSecondTry: readonly string[];
}

/** @param program that runs one scenario: `node PROGRAM NAME --json` */
export async function runEveryScenario(program: string, narration: Narration): Promise<Outcome> {
  const chosen = SCENARIOS.filter(({ byHand }) => byHand !== true);
  // Installed once for all: what can not be had is for each scenario to say.
  obstacle([...LAB_COMMANDS, ...new Set(chosen.flatMap(({ needs }) => needs))], (sentence) => narration.line(sentence));
  const results = new Map<string, Result>();
  const inTurn = async (scenarios: readonly Scenario[]) => {
    for (const { name } of scenarios) results.set(name, await runInProcess(program, name, narration));
  };
  const beside = chosen.filter(({ alone }) => alone !== true);
  await Promise.all([
    inTurn(beside.filter(({ builds }) => builds === true)),
    inTurn(beside.filter(({ builds }) => builds !== true)),
  ]);
  await inTurn(chosen.filter(({ alone }) => alone === true));

  const failedOnce = chosen.filter(({ name }) => stateOf(results.get(name)) === 'FAILED');
  if (failedOnce.length > 0) narration.line('\nWhat failed, once more and alone:');
  await inTurn(failedOnce);
  const names = (state: string) =>
    chosen.map(({ name }) => name).filter((name) => stateOf(results.get(name)) === state);
  const atSecondTry = failedOnce.map(({ name }) => name).filter((name) => stateOf(results.get(name)) === 'ok');
  for (const name of atSecondTry) narration.line(`${name} failed at its first try: see above.`);
  return {
    results: [...results.values()],
    passed: names('ok').length,
    failed: names('FAILED').length,
    skipped: names('skipped').length,
    atSecondTry,
  };
}

/** Its narration is shown only when it failed. */
async function runInProcess(program: string, name: string, narration: Narration): Promise<Result> {
  const child = spawn(process.execPath, [program, name, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
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

function stateOf(result: Result | undefined): 'ok' | 'FAILED' | 'skipped' {
  if (result?.skipped !== undefined) return 'skipped';
  return result?.ok === true ? 'ok' : 'FAILED';
}

function lastObject(output: string): Result | null {
  try {
    return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Result;
  } catch {
    return null;
  }
}
