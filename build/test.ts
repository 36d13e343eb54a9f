/**
 * All tests: the unit tests of every folder, then the lab's scenarios on real hosts.
 *
 *     npm test                        everything
 *     npm test -- agent/dns           the unit tests whose path holds this, and no scenarios
 *     npm test -- --no-lab            the unit tests alone
 *
 * The last line is `N passed, N failed, N skipped`; before it stands why each skipped one was.
 */
import { resolve } from 'node:path';
import { prepareUnitTests } from '#lab/prerequisites.ts';
import { runLabScenarios } from './lab-scenarios.ts';
import { closingLines, passed } from './tally.ts';
import { runUnitTests } from './unit-tests.ts';

const ROOT = resolve(import.meta.dirname, '..');

const words = process.argv.slice(2);
const filters = words.filter((word) => !word.startsWith('--'));
const unknown = words.filter((word) => word.startsWith('--') && word !== '--no-lab');
if (unknown.length > 0) {
  console.error(`There is no option ${unknown.join(', ')}. There is --no-lab, and parts of the paths of tests.`);
  process.exit(2);
}
const withLab = filters.length === 0 && !words.includes('--no-lab');

if (filters.length === 0) prepareUnitTests((sentence) => console.log(sentence));
const verdicts = await runUnitTests(filters);
if (withLab) verdicts.push(...(await runLabScenarios(ROOT)));
for (const verdict of verdicts) {
  if (verdict.state === 'failed') console.log(`failed: ${verdict.name} (${verdict.reason})`);
}
console.log(closingLines(verdicts).join('\n'));
process.exit(passed(verdicts) ? 0 : 1);
