/** How much of a computer a service could reach that was taken over, by systemd's own judgement. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const missing = spawnSync('systemd-analyze', ['--version']).status !== 0;

const note = missing ? ' (skipped: there is no systemd-analyze here)' : '';

test.skipIf(missing).each([
  // The agent has to set up an adapter, routes and names, which is most of what is left.
  ['build/linux/causeway.service', 3.5],
  ['build/role/causeway-role.service', 4],
  ['build/linux/causeway-relay.service', 2],
])(`%s is exposed at most %s of 10${note}`, (unit, most) => {
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', resolve(ROOT, unit)], {
    encoding: 'utf8',
  });
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
  expect(exposure).toBeGreaterThan(0);
  expect(exposure).toBeLessThanOrEqual(most);
});
