/**
 * What axe-core finds wrong with a page for people who do not see, hear or point as others do.
 */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: { html: string }[] }[];
}

const HTML_SHOWN = 120;

/** One line for each rule that is broken. */
export async function judgedByAxe(page: Page): Promise<string[]> {
  // The policy of the page lets no foreign script in; what the debugger evaluates is not held to it.
  await page.evaluate(axe.source);
  const result: AxeResult = await page.evaluate('axe.run()');
  return result.violations.map(({ id, help, nodes }) => {
    const where = nodes.map(({ html }) => html.slice(0, HTML_SHOWN)).join(' | ');
    return `axe ${id}: ${help}: ${where}`;
  });
}
