import { expect, test } from 'vitest';
import { verdictsOfReport } from './lab-scenarios.ts';

const scenarios = [
  { scenario: 'policy', ok: true, steps: [{ name: 'a ping', ok: true, detail: 'came back' }], seconds: 3 },
  { scenario: 'sql', ok: false, steps: [{ name: 'a query', ok: false, detail: 'no rows came back' }] },
  { scenario: 'idle', ok: false, steps: [] },
  { scenario: 'relay-crash', ok: false, skipped: 'no PostgreSQL here', steps: [] },
];

test('each scenario has its verdict', () => {
  expect(verdictsOfReport(`steps\n${JSON.stringify({ ok: false, scenarios })}\n`, 1)).toEqual([
    { name: 'lab policy', state: 'passed' },
    { name: 'lab sql', state: 'failed', reason: 'a query: no rows came back' },
    { name: 'lab idle', state: 'failed', reason: 'it ended before its first step' },
    { name: 'lab relay-crash', state: 'skipped', reason: 'no PostgreSQL here' },
  ]);
});

test.each(['', 'Segmentation fault', '{"ok":true}', '{"scenarios":[{"scenario":1}]}'])(
  '%j is no report: failed',
  (output) => {
    expect(verdictsOfReport(output, 0)).toEqual([
      { name: 'lab', state: 'failed', reason: 'ended with 0 and without its report' },
    ]);
  },
);

test('an exit code that no scenario explains is a failure too', () => {
  expect(verdictsOfReport(JSON.stringify({ scenarios: scenarios.slice(0, 1) }), 1)).toContainEqual({
    name: 'lab',
    state: 'failed',
    reason: 'ended with 1',
  });
});
