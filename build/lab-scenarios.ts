/**
 * Runs the lab's scenarios in a process of their own and says what became of each. The lab shows its
 * steps as they happen and prints one JSON object last:
 *
 *     { "ok": true, "scenarios": [{ "scenario": "policy", "ok": true, "steps": [{ "name": "…", "ok": true, "detail": "…" }] }] }
 *
 * A scenario that could not be run has `skipped`, the reason.
 */
import { z } from 'zod';
import { run } from './command.ts';
import type { Verdict } from './tally.ts';

const scenario = z.object({
  scenario: z.string(),
  ok: z.boolean(),
  skipped: z.string().optional(),
  steps: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});
const report = z.object({ scenarios: z.array(scenario) });

export async function runLabScenarios(root: string): Promise<Verdict[]> {
  const { code, output } = await run(process.execPath, ['lab/main.ts', 'all', '--json'], { cwd: root, echo: true });
  return verdictsOfReport(output, code);
}

/** The verdicts in the lab's last line; a lab that says nothing, or fails with all well, has failed itself. */
export function verdictsOfReport(output: string, code: number): Verdict[] {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const parsed = report.safeParse(parseJson(last));
  if (!parsed.success) return [{ name: 'lab', state: 'failed', reason: `ended with ${code} and without its report` }];
  const verdicts = parsed.data.scenarios.map(verdictOf);
  if (code !== 0 && verdicts.every(({ state }) => state !== 'failed')) {
    verdicts.push({ name: 'lab', state: 'failed', reason: `ended with ${code}` });
  }
  return verdicts;
}

function verdictOf({ scenario: name, ok, skipped, steps }: z.infer<typeof scenario>): Verdict {
  if (skipped !== undefined) return { name: `lab ${name}`, state: 'skipped', reason: skipped };
  if (ok) return { name: `lab ${name}`, state: 'passed' };
  const broken = steps.find((step) => !step.ok);
  const reason = broken === undefined ? 'it ended before its first step' : `${broken.name}: ${broken.detail}`;
  return { name: `lab ${name}`, state: 'failed', reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
