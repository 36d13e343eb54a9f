/**
 * Prints every import that breaks a layer rule, with the rule's reason, and fails if there is one:
 *
 *     node build/layers-check.ts
 */
import type { IViolation } from 'dependency-cruiser';
import { cruiseTree } from './cruise.ts';
import { LAYER_RULES } from './layer-rules.ts';

const { summary } = await cruiseTree(process.cwd());
for (const violation of summary.violations) console.log(describe(violation));
console.log(`${summary.totalCruised} files, ${summary.violations.length} forbidden imports`);
process.exitCode = summary.violations.length > 0 ? 1 : 0;

function describe({ rule, from, to, cycle, via }: IViolation): string {
  const way = (cycle ?? via ?? []).map(({ name }) => name);
  const arrow = way.length > 0 ? [from, ...way].join(' → ') : `${from} → ${to}`;
  const reason = LAYER_RULES.find(({ name }) => name === rule.name)?.comment ?? '';
  return `${rule.name}: ${arrow}\n    ${reason}`;
}
