/**
 * Runs Vitest in this process and says what became of every test.
 */
import type { TestCase, TestModule } from 'vitest/node';
import type { Verdict } from './tally.ts';

/**
 * @param filters parts of paths, as on Vitest's command line; none means all.
 */
export async function runUnitTests(filters: readonly string[]): Promise<Verdict[]> {
  const { startVitest } = await import('vitest/node');
  const vitest = await startVitest('test', [...filters], { watch: false, reporters: ['default'] });
  const modules = vitest.state.getTestModules();
  const unhandled = vitest.state.getUnhandledErrors();
  await vitest.close();
  return [
    ...modules.flatMap(verdictsOf),
    ...unhandled.map(
      (error): Verdict => ({ name: 'an error outside any test', state: 'failed', reason: String(error) }),
    ),
  ];
}

function verdictsOf(module: TestModule): Verdict[] {
  const broken = module
    .errors()
    .map((error): Verdict => ({ name: module.relativeModuleId, state: 'failed', reason: error.message }));
  return [...broken, ...[...module.children.allTests()].map(verdictOf)];
}

function verdictOf(test: TestCase): Verdict {
  const name = `${test.module.relativeModuleId} > ${test.fullName}`;
  const result = test.result();
  if (result.state === 'passed') return { name, state: 'passed' };
  if (result.state === 'failed') {
    return { name, state: 'failed', reason: result.errors.map(({ message }) => message).join('; ') };
  }
  const note = result.state === 'skipped' ? result.note : undefined;
  // A whole suite that can not run here says why in its name.
  const [, inName] = / \(skipped: (.*?)\)(?= > |$)/.exec(name) ?? [];
  return { name, state: 'skipped', reason: note || inName || 'no reason given' };
}
