import type { CryptoKey } from 'jose';
import { describe, expect, test } from 'vitest';
import { signTicket } from '#protocol/grants.ts';
import { machineId, subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { Admission } from './admission.ts';

const subscription = subscriptionId.parse('aa'.repeat(16));
const alice = machineId.parse('01'.repeat(16));
const bob = machineId.parse('02'.repeat(16));
const LIFETIME_MS = LIMITS.TICKET_LIFETIME_S.value * 1_000;

async function setUp() {
  const keys = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as {
    privateKey: CryptoKey;
    publicKey: CryptoKey;
  };
  const clock = { now: 1_700_000_000_000 };
  const admission = new Admission(keys.publicKey, () => clock.now);
  const ticket = (machine = alice) =>
    signTicket(
      { iat: clock.now / 1000, exp: (clock.now + LIFETIME_MS) / 1000, sub: machine, subscription },
      keys.privateKey,
    );
  return { admission, clock, ticket };
}

describe('admit', () => {
  test('tells whose ticket it is and until when', async () => {
    const { admission, clock, ticket } = await setUp();
    expect(await admission.admit(`Bearer ${await ticket()}`, '192.0.2.1')).toEqual({
      subscription,
      machine: alice,
      expiresAt: clock.now + LIFETIME_MS,
    });
  });

  test('bounds the logins under way from one address, and forgets them when they are done', async () => {
    const { admission, ticket } = await setUp();
    const header = `Bearer ${await ticket()}`;
    const cap = LIMITS.UNAUTHENTICATED_PER_ADDRESS.value;
    const results = await Promise.allSettled([
      ...Array.from({ length: cap + 1 }, () => admission.admit(header, '192.0.2.1')),
      admission.admit(header, '192.0.2.2'),
    ]);
    expect(results.map(({ status }) => status)).toEqual([...Array(cap).fill('fulfilled'), 'rejected', 'fulfilled']);
    expect(results[cap]).toMatchObject({ reason: { code: 'RATE_LIMITED' } });
    await admission.admit(header, '192.0.2.1');
  });
});

describe('cutOff', () => {
  test('refuses the tickets of before, of that machine alone, for login and renewal', async () => {
    const { admission, clock, ticket } = await setUp();
    const old = await ticket();
    admission.cutOff(subscription, alice);
    await expect(admission.admit(`Bearer ${old}`, '')).rejects.toMatchObject({ code: 'TICKET_REFUSED' });
    await expect(admission.renew(old, { subscription, machine: alice })).rejects.toMatchObject({
      code: 'TICKET_REFUSED',
    });
    await admission.admit(`Bearer ${await ticket(bob)}`, '');
    clock.now += 1_000;
    await admission.admit(`Bearer ${await ticket()}`, '');
    admission.cutOff(subscription, bob);
    await expect(admission.admit(`Bearer ${old}`, '')).rejects.toMatchObject({ code: 'TICKET_REFUSED' });
  });
});

test('renew refuses the ticket of another machine', async () => {
  const { admission, clock, ticket } = await setUp();
  const holder = { subscription, machine: alice };
  expect(await admission.renew(await ticket(), holder)).toBe(clock.now + LIFETIME_MS);
  await expect(admission.renew(await ticket(bob), holder)).rejects.toMatchObject({ code: 'TICKET_REFUSED' });
});
