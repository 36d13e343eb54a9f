/**
 * The claims of docs/security.md and the tests that prove them. A claim is a row of a table:
 *
 *     | C1 | what is claimed | `path/of.test.ts` › title of a test; `npm run lab -- name` |
 *
 * Pure: is given the page and a way to read files.
 */

export interface Claim {
  readonly number: number;
  readonly text: string;
  /** Tests by file and title. */
  readonly tests: readonly { readonly path: string; readonly title: string }[];
  readonly scenarios: readonly string[];
}

const ROW = /^\| C(\d+) \| (.+?) \| (.+) \|$/;
const TEST = /^`([^`]+)` › (.+)$/;
const SCENARIO = /^`npm run lab -- ([a-z-]+)`$/;

/** @throws Error for a row that is not of that form */
export function claimsOf(page: string): Claim[] {
  const rows = page.split('\n').filter((line) => /^\| C\d/.test(line));
  return rows.map((line) => {
    const [, number = '', text = '', proofs = ''] = ROW.exec(line) ?? [];
    const tests: { path: string; title: string }[] = [];
    const scenarios: string[] = [];
    for (const proof of proofs.split(/; (?=`)/)) {
      const [, path, title] = TEST.exec(proof) ?? [];
      const scenario = SCENARIO.exec(proof)?.[1];
      if (path !== undefined && title !== undefined) tests.push({ path, title });
      else if (scenario !== undefined) scenarios.push(scenario);
      else throw new Error(`not of the form of a proof: ${proof || line}`);
    }
    return { number: Number(number), text, tests, scenarios };
  });
}

/**
 * What is wrong with the claims.
 * @param read a file's text; undefined when there is none.
 */
export function faultsOf(claims: readonly Claim[], read: (path: string) => string | undefined): string[] {
  const faults: string[] = [];
  for (const [index, { number, tests, scenarios }] of claims.entries()) {
    if (number !== index + 1) faults.push(`C${number} is not the next number`);
    for (const { path, title } of tests) {
      const text = read(path);
      if (text === undefined) faults.push(`C${number}: there is no ${path}`);
      else if (!isTest(text, title)) faults.push(`C${number}: ${path} has no test “${title}”`);
    }
    for (const scenario of scenarios) {
      if (!read(`lab/scenarios/${scenario}.ts`)?.includes(`name: '${scenario}'`)) {
        faults.push(`C${number}: there is no scenario ${scenario}`);
      }
    }
  }
  return faults;
}

/** A title as it is written in the call, so that a comment or a variable does not count. */
function isTest(text: string, title: string): boolean {
  const quoted = [`'${title}'`, `"${title}"`, `\`${title}\``];
  return quoted.some((literal) => {
    const at = text.indexOf(literal);
    return at >= 0 && /(?:\b(?:test|it|describe)(?:\.\w+)?|\]|\))\(\s*$/.test(text.slice(Math.max(0, at - 60), at));
  });
}
