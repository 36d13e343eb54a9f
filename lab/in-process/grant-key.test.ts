/**
 * The server's grant key is exchanged: machines follow, sessions go on, and a thief of the old key is left with
 * nothing.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GrantKeys } from '#agent/engine/grant-keys.ts';
import { signSuccession } from '#protocol/grant-succession.ts';
import { type GrantClaims, signGrant } from '#protocol/grants.ts';
import { LIMITS } from '#protocol/limits.ts';
import { lockKeyOf, newSeed } from '#protocol/lock/key.ts';
import type { RunningServer } from '#relay-server/server.ts';
import { rotateGrantKey } from '#relay-server/tls/grant-key.ts';
import { InProcessNetwork, until } from './network.ts';

let network: InProcessNetwork;
let again: RunningServer | undefined;

beforeEach(async () => {
  network = await InProcessNetwork.start();
});
afterEach(async () => {
  await network[Symbol.asyncDispose]();
  await again?.close();
  again = undefined;
});

const keyOnDisk = async (name: string) =>
  (JSON.parse(await readFile(join(network.directory, name, 'activation.json'), 'utf8')) as { grantKey: string })
    .grantKey;

test('the grant key is exchanged twice, one machine sleeps through it, and all reach each other', async () => {
  const { administrator, directory } = network;
  const group = await administrator.group('office', { interconnected: true });
  const token = await administrator.token(group);
  const [a, b, sleeper] = [
    await network.member('a', token),
    await network.member('b', token),
    await network.member('c', token),
  ];
  await a.engine.ping('b', 5_000);
  await sleeper.engine.down({ forget: false });
  const first = await keyOnDisk('a');
  const to = b.host.self?.ipv4 ?? '';
  a.send(to, 'before');
  await until(() => b.received().join().includes('before'));
  const receivedFromA = () => b.engine.status().peers.find(({ name }) => name === 'a')?.receivedBytes ?? 0;
  const since = receivedFromA();

  await network.server.close();
  await rotateGrantKey(join(directory, 'relay'), Date.now());
  const last = await rotateGrantKey(join(directory, 'relay'), Date.now());
  again = await network.restartServer();
  expect(again.control.context.grantKey.publicText).toBe(last);
  await until(() => [a, b].every(({ engine }) => engine.status().summary === 'connected'));
  a.send(to, 'after');
  await until(() => b.received().join().includes('after'));
  // The session lived on: nobody had to shake hands for it.
  expect(receivedFromA()).toBeGreaterThan(since);

  await sleeper.up();
  await sleeper.engine.ping('a', 10_000);
  await a.engine.ping('c', 10_000);
  await until(async () => (await keyOnDisk('c')) === last && (await keyOnDisk('a')) === last);
  expect(first).not.toBe(last);
});

test('a grant by the old key counts for as long as grants live, and not longer', async () => {
  const [old, next] = [await lockKeyOf(newSeed()), await lockKeyOf(newSeed())];
  let now = Date.parse('2026-05-01T12:00:00Z');
  const keys = await GrantKeys.of(old.publicKey, () => now);
  const machine = (id: string) => ({
    id: id.repeat(32),
    key: 'A'.repeat(43),
    name: id,
    ipv4: '100.64.0.1',
    ipv6: 'fd00::1',
  });
  const grant = () => {
    const iat = Math.floor(now / 1000);
    const machines = [machine('a'), machine('b')];
    return signGrant(
      { jti: 'x', iat, exp: iat + 7_200, subscription: '5'.repeat(32), machines } as unknown as GrantClaims,
      old.privateKey,
    );
  };
  const succession = await signSuccession(next.publicKey, now, {
    privateKey: old.privateKey,
    publicText: old.publicKey,
  });
  expect(await keys.follow([succession])).toBe(next.publicKey);
  await keys.verify(await grant());
  now += LIMITS.GRANT_LIFETIME_S.value * 1000;
  await expect(keys.verify(await grant())).rejects.toMatchObject({ code: 'GRANT_FORGED' });
  const thief = await lockKeyOf(newSeed());
  const stolen = await signSuccession(thief.publicKey, now, { privateKey: old.privateKey, publicText: old.publicKey });
  expect(await keys.follow([succession, stolen])).toBeUndefined();
});
