/**
 * Runs the lab's scenarios in a process of their own and says what became of each. The lab shows its
 * steps as they happen and prints one JSON object last:
 *
 *     { "ok": true, "scenarios": [{ "name": "policy", "ok": true, "skipped": null, "detail": "…" }] }
 */
import { z } from 'zod';
import { run } from './command.ts';
import type { Verdict } from './tally.ts';

const report = z.object({
  scenarios: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      /** Why it was not run; null or left out if it was. */
      skipped: z.string().nullish(),
      detail: z.string().nullish(),
    }),
  ),
});

export async function runLabScenarios(root: string): Promise<Verdict[]> {
  const { code, output } = await run(process.execPath, ['lab/main.ts', 'all', '--json'], { cwd: root, echo: true });
  return verdictsOfReport(output, code);
}

/** The verdicts in the lab's last line; a lab that says nothing, or fails with all well, has failed itself. */
export function verdictsOfReport(output: string, code: number): Verdict[] {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const parsed = report.safeParse(parseJson(last));
  if (!parsed.success) return [{ name: 'lab', state: 'failed', reason: `ended with ${code} and without its report` }];
  const verdicts = parsed.data.scenarios.map(({ name, ok, skipped, detail }): Verdict => {
    if (skipped) return { name: `lab ${name}`, state: 'skipped', reason: skipped };
    return ok
      ? { name: `lab ${name}`, state: 'passed' }
      : { name: `lab ${name}`, state: 'failed', reason: detail ?? 'see above' };
  });
  if (code !== 0 && verdicts.every(({ state }) => state !== 'failed')) {
    verdicts.push({ name: 'lab', state: 'failed', reason: `ended with ${code}` });
  }
  return verdicts;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
