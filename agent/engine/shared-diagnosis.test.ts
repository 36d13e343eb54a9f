import { expect, test } from 'vitest';
import type { Check } from '#protocol/local-api.ts';
import { SharedDiagnosis } from './shared-diagnosis.ts';

const check = (name: string): Check => ({ name, ok: true, detail: '', remedy: null });

test('who asks during a diagnosis gets all of its checks, and the next one is a new one', async () => {
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  const diagnosis = new SharedDiagnosis(async (onCheck) => {
    runs += 1;
    onCheck(check('first'));
    await gate.promise;
    onCheck(check('second'));
    return [check('first'), check('second')];
  });
  const seen: string[][] = [[], []];
  const results = seen.map((names) => diagnosis.run(({ name }) => names.push(name)));
  expect(seen).toEqual([['first'], ['first']]);
  gate.resolve();
  const [one, two] = await Promise.all(results);
  expect(two).toBe(one);
  expect(seen).toEqual([
    ['first', 'second'],
    ['first', 'second'],
  ]);
  expect(runs).toBe(1);
  await diagnosis.run(() => undefined);
  expect(runs).toBe(2);
});
