/**
 * Random batches on a real database: what it holds afterwards is what the directory shows, to the last
 * version, and the audit has an entry of each change that did something.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { isRefusal } from '#protocol/errors.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import { systemClock } from '../../clock.ts';
import { systemRandom } from '../../random.ts';
import type { PolicyOperation } from '../../store/operations.ts';
import type { TokenRecord } from '../../store/records.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { grantKey } from '../../tls/grant-key.ts';
import type { ControlContext } from '../context.ts';
import { ControlPlane } from '../control-plane.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { applyChanges, previewChanges } from './apply.ts';
import { change, directoryOf, said } from './policy.fixture.ts';

/** Counts what is told to the audit. */
function counting(store: Store): { store: Store; told: () => number } {
  let count = 0;
  const applied: Store['applyChanges'] = async (subscription, operations, audits) => {
    const version = await store.applyChanges(subscription, operations, audits);
    count += audits.length;
    return version;
  };
  const counted = new Proxy(store, {
    get(target, name) {
      if (name === 'applyChanges') return applied;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { store: counted, told: () => count };
}

async function fill(store: Store, home: SubscriptionDirectory): Promise<void> {
  await store.createSubscription(home.record);
  const operations: PolicyOperation[] = [
    ...[...home.groups.byId.values()].map((group) => ({ do: 'create-group' as const, group })),
    ...[...home.roles.byId.values()].map((role) => ({ do: 'create-role' as const, role })),
    ...[...home.connections()].map((connection) => ({ do: 'connect' as const, connection })),
  ];
  await store.applyChanges(home.id, operations, []);
  for (const machine of home.machines.after(undefined))
    await store.addMachine(machine, { usesTotal: null } as TokenRecord);
}

function isAccepted(context: ControlContext, home: SubscriptionDirectory, changes: readonly PolicyChange[]): boolean {
  try {
    previewChanges(context, home, changes);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

test('the database and the directory agree after every batch', { timeout: 60_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-relay-test-'));
  const key = await grantKey(directory);
  let applied = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        said,
        fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
        async (policy, batches) => {
          const { store, told } = counting(await openSqliteStore(':memory:'));
          await fill(store, directoryOf(policy).home);
          const plane = await ControlPlane.start({
            store,
            clock: systemClock,
            random: systemRandom,
            grantKey: key,
            relay: { dropMachine: () => {}, isConnected: () => false },
            logger: pino({ level: 'silent' }),
            serverVersion: '0',
            serverUrl: () => 'https://relay.example',
            pin: 'A'.repeat(43) as never,
          });
          const context = { ...plane.context, by: { kind: 'server', id: '', name: '', address: '' } as const };
          const home = context.directory.find('contoso');
          let done = 0;
          for (const batch of batches) {
            const accepted: PolicyChange[] = [];
            for (const each of batch) if (isAccepted(context, home, [...accepted, each])) accepted.push(each);
            const { steps } = await applyChanges(context, home, accepted);
            done += steps.filter((step) => step.done).length;
          }
          const sorted = <Item extends { id: string }>(items: Iterable<Item>) =>
            [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
          const contents = await store.readDirectory();
          expect(contents.subscriptions).toEqual([home.record]);
          expect(sorted(contents.groups)).toEqual(sorted(home.groups.byId.values()));
          expect(sorted(contents.roles)).toEqual(sorted(home.roles.byId.values()));
          expect(sorted(contents.machines)).toEqual(sorted(home.machines.after(undefined)));
          expect(sorted(contents.connections)).toEqual(sorted(home.connections()));
          expect(told()).toBe(done);
          applied += done;
          await plane.close();
          await store.close();
        },
      ),
      { numRuns: 150 },
    );
  } finally {
    await rm(directory, { recursive: true });
  }
  // Or the test looks at nothing.
  expect(applied).toBeGreaterThan(150);
});
