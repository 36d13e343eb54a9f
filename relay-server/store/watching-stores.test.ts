/**
 * Install links, token uses, history and diagnostics, on SQLite and on a real PostgreSQL.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MachineId, SigningPublicKey, SubscriptionId, TunnelPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { parseLabel } from '#protocol/names.ts';
import { newId, systemRandom } from '../random.ts';
import { DATABASES } from './databases.fixture.ts';
import type { AuditRecord, HistoryRecord, InstallLinkRecord, MachineRecord, TokenRecord } from './records.ts';
import type { Store } from './store.ts';

const id = <Id extends string>() => newId<Id>(systemRandom);
const subscription = id<SubscriptionId>();
const newToken = (): TokenRecord => ({
  id: id(),
  subscription,
  secretHash: id(),
  description: '',
  createdAt: 1,
  expiresAt: null,
  usesTotal: null,
  usesLeft: null,
  revokedAt: null,
  group: null,
  role: null,
});
const newLink = (token: TokenRecord): InstallLinkRecord => ({
  id: id(),
  subscription,
  token: token.id,
  description: 'for staff',
  enabled: true,
  createdAt: 1_700_000_000_000,
  expiresAt: null,
});
const newMachine = (name: string): MachineRecord => ({
  kind: 'local-endpoint',
  id: id<MachineId>(),
  subscription,
  name: parseLabel(name),
  ipv4: name,
  ipv6: name,
  signingKey: name as SigningPublicKey,
  tunnelKey: name as TunnelPublicKey,
  group: null,
  disabled: false,
  os: '',
  agentVersion: '',
  activatedAt: 1,
  lastSeenAt: null,
  version: 1,
});
const audit = (target: string | null = null): AuditRecord => ({
  id: id(),
  at: 5,
  by: { kind: 'person', id: 'p', name: 'Ada', address: '192.0.2.1' },
  action: 'machine.change',
  subscription: null,
  target: target === null ? null : { kind: 'machine', id: target, name: '' },
  before: { group: null },
  after: { group: 'staff' },
});
const told = (machine: MachineId, at: number, what: HistoryRecord['what'] = 'came') => ({
  machine,
  at,
  what,
  sentence: '',
});

describe.each(DATABASES)('on $name', (database) => {
  const skipped = database.missing !== undefined;
  let store: Store;
  let stop: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    if (skipped) return;
    const started = await database.start();
    stop = started.stop;
    store = await started.open();
    await store.createSubscription({
      id: subscription,
      name: parseLabel('s'),
      createdAt: 1,
      policyVersion: 1,
      version: 1,
    });
  }, 60_000);
  afterAll(async () => {
    if (!skipped) await store.close();
    await stop?.();
  });

  const add = async (name: string, token: TokenRecord) => {
    const machine = newMachine(name);
    await store.addMachine(machine, token, {
      use: { token: token.id, machine: machine.id, name, at: 7, address: '192.0.2.7' },
      history: told(machine.id, 1, 'activated'),
      audit: audit(),
    });
    return machine.id;
  };

  it.skipIf(skipped)('a link is made, found, changed and removed together with its token', async () => {
    const { installing } = store;
    const token = newToken();
    const link = newLink(token);
    await installing.createLink(link, token, audit());
    expect(await installing.findLink(link.id)).toEqual({ link, token });
    expect(await installing.findLinkOfToken(token.id)).toEqual(link);
    await installing.changeLink(link, { enabled: false, expiresAt: 1_800_000_000_000 }, audit());
    const changed = { ...link, enabled: false, expiresAt: 1_800_000_000_000 };
    expect(await installing.findLink(link.id)).toEqual({
      link: changed,
      token: { ...token, expiresAt: 1_800_000_000_000 },
    });
    expect(await installing.listLinks(subscription)).toEqual([changed]);
    await installing.removeLink(changed, 99, audit());
    expect(await installing.findLink(link.id)).toBeUndefined();
    expect((await installing.findToken(subscription, token.secretHash))?.revokedAt).toBe(99);
  });

  it.skipIf(skipped)('uses are counted by token, and those of another are not', async () => {
    const { installing } = store;
    const [one, other] = [newToken(), newToken()];
    for (const token of [one, other]) await installing.createToken(token, audit());
    for (const name of ['u1', 'u2', 'u3']) await add(name, one);
    expect((await installing.listUses(one.id, 2)).length).toBe(2);
    expect((await installing.listUses(one.id, 9))[0]).toMatchObject({ token: one.id, at: 7, address: '192.0.2.7' });
    const uses = await installing.countUses(subscription);
    expect([uses.get(one.id), uses.get(other.id)]).toEqual([3, undefined]);
  });

  it.skipIf(skipped)('history is bounded for each machine, newest first, and goes with it', async () => {
    const { history } = store;
    const token = newToken();
    await store.installing.createToken(token, audit());
    const [one, other] = [await add('h1', token), await add('h2', token)];
    const most = LIMITS.MACHINE_HISTORY_MAX.value;
    await history.record([told(other, 3), told(id<MachineId>(), 3)]);
    for (let batch = 0; batch < 15; batch++) {
      await history.record(Array.from({ length: 20 }, (_, index) => told(one, 10 + batch * 20 + index)));
    }
    const found = await history.of(one);
    expect(found).toHaveLength(most);
    expect(found[0]).toEqual(told(one, 309));
    expect(found.at(-1)?.at).toBe(310 - most);
    expect((await history.of(other)).map(({ at }) => at)).toEqual([3, 1]);
    await store.applyChanges(subscription, [{ do: 'remove-machines', ids: [one] }], []);
    expect(await history.of(one)).toEqual([]);
  });

  it.skipIf(skipped)('a storm of ten thousand is one transaction of little time', async () => {
    const { history } = store;
    const token = newToken();
    await store.installing.createToken(token, audit());
    const machine = await add('storm', token);
    const began = performance.now();
    await history.record(Array.from({ length: 10_000 }, (_, index) => told(machine, index)));
    expect(performance.now() - began).toBeLessThan(5_000);
    expect((await history.of(machine)).length).toBe(LIMITS.MACHINE_HISTORY_MAX.value);
  });

  it.skipIf(skipped)('diagnostics are the last ones, and the audit of a machine is its own', async () => {
    const { history } = store;
    const token = newToken();
    await store.installing.createToken(token, audit());
    const machine = await add('d1', token);
    expect(await history.diagnosticsOf(machine)).toBeUndefined();
    const check = { name: 'relay', result: 'ok' as const, sentence: 'ä', remedy: null };
    await history.saveDiagnostics(machine, 1, [check, check]);
    await history.saveDiagnostics(machine, 2, [check]);
    expect(await history.diagnosticsOf(machine)).toEqual({ at: 2, checks: [check] });
    await store.installing.createToken(newToken(), audit(machine));
    const { at, by, action, before, after } = audit(machine);
    expect(await history.auditOf(machine)).toEqual([{ at, by, action, before, after }]);
  });
});
