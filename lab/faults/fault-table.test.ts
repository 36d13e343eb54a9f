import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { faultsIn, withRows } from './fault-table.ts';

const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const PAGE = read('../../docs/faults.md');
/** Names of the faults in a scenario's source. */
const faultsOf = (scenario: string) =>
  [...read(`../scenarios/${scenario}.ts`).matchAll(/(?:^ {2,6}name: |jump\()'([^']+)'/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== scenario);

test('every scenario of faults has its table in docs/faults.md, and a row for each of its steps', () => {
  const tables = faultsIn(PAGE);
  expect([...tables.keys()].sort()).toEqual(['faults-crowd', 'faults-network', 'faults-processes', 'faults-storage']);
  for (const [scenario, faults] of tables) expect([...faults].sort()).toEqual(faultsOf(scenario).sort());
});

test('rows stand in the place of those before, and nothing else changes', () => {
  const row = { fault: 'it breaks', seen: 'degraded', recoveryMs: 1_234, applicationMs: 4_000, lost: 0 };
  const page = 'a\n<!-- figures of x -->\nold\n<!-- end of figures -->\nb\n';
  const once = withRows(page, 'x', [{ ...row, named: 'SERVER_SILENT (server)' }]);
  expect(once).toContain('| it breaks | degraded | 1.2 s | 4.0 s | 0 | `SERVER_SILENT` (server) |');
  expect(once).toMatch(/^a\n<!-- figures of x -->\n[\s\S]*<!-- end of figures -->\nb\n$/);
  expect(once).not.toContain('old');
  expect(faultsIn(once)).toEqual(new Map([['x', ['it breaks']]]));
  expect(() => withRows(page, 'y', [])).toThrow(/no place/);
});
