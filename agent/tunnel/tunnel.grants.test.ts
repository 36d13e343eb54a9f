import { generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ipv6Range } from '#protocol/addresses.ts';
import { isRefusal } from '#protocol/errors.ts';
import { subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { TUNNEL_MESSAGE } from '#protocol/tunnel-messages.ts';
import { HeldGrant } from './held-grant.ts';
import {
  adapterPacket,
  type GrantTerms,
  SUBSCRIPTION,
  type TestMachine,
  TestNetwork,
} from './test-support/test-network.ts';

let network: TestNetwork;
let a: TestMachine;
let b: TestMachine;
let c: TestMachine;

beforeEach(async () => {
  network = await TestNetwork.create(3);
  [a, b] = network.pair;
  c = network.machines[2] as TestMachine;
});
afterEach(() => network[Symbol.dispose]());

const otherKey = (await generateKeyPair('EdDSA')).privateKey;

/** `a` brings a grant to `b` whatever it says: its own check is not what protects `b`. */
async function bring(terms: GrantTerms): Promise<void> {
  const good = await network.grantFor(a, b, {});
  const { text } = await network.grantFor(a, b, terms);
  a.tunnel.setGrant(text, good.claims, network.now);
  a.send(b, 'let me in');
  await network.advance(1_000);
}

describe('the responder refuses silently', () => {
  it.each<[string, () => GrantTerms, string]>([
    [
      'for another machine',
      () => ({ change: (claims) => ({ ...claims, machines: [a.granted, c.granted] }) }),
      'grant-not-for-us',
    ],
    [
      'of two other machines',
      () => ({ change: (claims) => ({ ...claims, machines: [c.granted, { ...c.granted, id: a.id }] }) }),
      'grant-not-for-us',
    ],
    [
      'whose initiator is another machine',
      () => ({ change: (claims) => ({ ...claims, machines: [c.granted, b.granted] }) }),
      'grant-not-for-us',
    ],
    [
      'with another key of the initiator',
      () => ({ change: (claims) => ({ ...claims, machines: [{ ...a.granted, key: c.granted.key }, b.granted] }) }),
      'grant-not-for-us',
    ],
    [
      'with another key of ours',
      () => ({ change: (claims) => ({ ...claims, machines: [a.granted, { ...b.granted, key: c.granted.key }] }) }),
      'grant-not-for-us',
    ],
    [
      'of another subscription',
      () => ({ change: (claims) => ({ ...claims, subscription: subscriptionId.parse('6'.repeat(32)) }) }),
      'grant-not-for-us',
    ],
    ['that expired', () => ({ ageS: 120, lifetimeS: 60 }), 'grant-rejected'],
    ['signed by another key', () => ({ key: otherKey }), 'grant-rejected'],
  ])('a grant %s', async (_what, terms, reason) => {
    await bring(terms());
    expect(b.tunnel.droppedByReason).toEqual({ [reason]: 1 });
    expect(network.sent.filter(({ from }) => from === b)).toEqual([]);
    expect([b.payloads, [...b.tunnel.peers()]]).toEqual([[], []]);
  });

  it('and the same grant, made well, is accepted', async () => {
    await bring({});
    expect(b.payloads).toEqual(['let me in']);
  });

  it('tells expired from forged through verifyGrant', async () => {
    await bring({ ageS: 120, lifetimeS: 60 });
    expect(b.refusals.map((error) => isRefusal(error, 'GRANT_EXPIRED'))).toEqual([true]);
    await network.advance(60_000);
    await bring({ key: otherKey });
    expect(isRefusal(b.refusals.at(-1), 'GRANT_FORGED')).toBe(true);
  });

  it('a grant that expires while it is being verified', async () => {
    const { text, claims } = await network.grantFor(a, b, { lifetimeS: 1 });
    expect(() => new HeldGrant(text, claims, { ...b.granted, subscription: SUBSCRIPTION }, claims.exp * 1_000)).toThrow(
      'expired',
    );
  });
});

describe('setGrant', () => {
  it('throws for grants that do not name this machine, and for expired ones', async () => {
    const foreign = await network.grantFor(b, c);
    expect(() => a.tunnel.setGrant(foreign.text, foreign.claims, network.now)).toThrow('other machines');
    const old = await network.grantFor(a, b, { ageS: 120, lifetimeS: 60 });
    expect(() => a.tunnel.setGrant(old.text, old.claims, network.now)).toThrow('expired');
    expect([...a.tunnel.peers()]).toEqual([]);
  });
});

describe('the life of a grant', () => {
  it('is asked for anew at half-life, by the initiator, and the next rekey brings it over', async () => {
    const halfLives = 4.5;
    const minutes = (halfLives * LIMITS.GRANT_LIFETIME_S.value) / 2 / 60;
    for (let minute = 0; minute < minutes; minute++) {
      a.send(b, `${minute}`);
      await network.advance(30_000);
      b.send(a, `${minute}`);
      await network.advance(30_000);
    }
    expect(a.questions).toHaveLength(1 + Math.floor(halfLives));
    expect(b.questions).toEqual([]);
    expect([a.payloads.length, b.payloads.length]).toEqual([minutes, minutes]);
    expect(b.view(a).grantExpiresAt).toBeGreaterThan(network.now);
  });

  it('renews a session in time when grants live shorter than sessions', async () => {
    network.grantTerms = { lifetimeS: 40 };
    for (let second = 0; second < 200; second++) {
      a.send(b, `${second}`);
      await network.advance(1_000);
    }
    expect(b.payloads).toHaveLength(200);
    expect(b.tunnel.droppedByReason).toEqual({});
  });

  it('ends the session at its expiry when the control plane is away', async () => {
    network.grantTerms = { lifetimeS: 100 };
    a.send(b, 'hello');
    await network.advance(1_000);
    network.controlPlane = 'refuses';
    for (let second = 1; second < 99; second++) {
      a.send(b, `${second}`);
      b.send(a, `${second}`);
      await network.advance(1_000);
    }
    expect(b.payloads).toHaveLength(99);
    expect(a.payloads).toHaveLength(98);
    await network.advance(1_000);
    a.send(b, 'after expiry');
    b.send(a, 'after expiry');
    await network.advance(1_000);
    expect([...a.payloads, ...b.payloads]).not.toContain('after expiry');
    expect([a.view(b).state, b.view(a).state]).toEqual(['idle', 'idle']);
  });

  it('serves the responder too: it begins the next session with it', async () => {
    a.send(b, 'hello');
    await network.advance(LIMITS.SESSION_IDLE_CLOSE_MS.value + 1_000);
    b.send(a, 'me now');
    await network.advance(1_000);
    expect([a.payloads, b.questions]).toEqual([['me now'], []]);
  });
});

describe('revocation', () => {
  beforeEach(async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
    b.send(a, 'hello');
    await network.advance(5_000);
  });

  it('cuts the session at once, both ways, also for packets under way', async () => {
    a.send(b, 'under way');
    b.tunnel.revoke(a.id, network.now);
    await network.advance(1_000);
    expect(b.payloads).toEqual(['hello']);
    expect(b.view(a)).toMatchObject({ state: 'idle', grantExpiresAt: null, droppedByReason: { revoked: 1 } });
    network.controlPlane = 'refuses';
    b.send(a, 'no');
    await network.advance(1_000);
    expect(a.payloads).toEqual(['hello']);
  });

  it('refuses the old grant in a new handshake, and a later grant lifts it', async () => {
    b.tunnel.revoke(a.id, network.now);
    network.controlPlane = 'refuses';
    for (let second = 0; second < 40; second++) {
      a.send(b, 'old grant');
      await network.advance(1_000);
    }
    expect(b.payloads).toEqual(['hello']);
    expect(b.view(a).droppedByReason.revoked).toBeGreaterThan(10);
    expect(
      network.sent.filter(({ from, message }) => from === b && message[0] === TUNNEL_MESSAGE.UNKNOWN_SESSION),
    ).toEqual([]);
    await network.grant(a, b);
    await network.advance(3_000);
    a.send(b, 'new grant');
    await network.advance(3_000);
    expect(b.payloads).toContain('new grant');
  });

  it('asks for a grant anew when the other side no longer takes the one that it has', async () => {
    b.tunnel.revoke(a.id, network.now);
    const asked = a.questions.length;
    for (let second = 0; second < 25; second++) {
      a.send(b, `second ${second}`);
      await network.advance(1_000);
    }
    expect(b.payloads).toContain('second 24');
    expect(a.questions.length - asked).toBeLessThanOrEqual(2);
  });

  it('asks again soon for that when nobody could be asked', async () => {
    b.tunnel.revoke(a.id, network.now);
    network.controlPlane = 'refuses';
    for (let second = 0; second < 25; second++) {
      a.send(b, `cut off, second ${second}`);
      await network.advance(1_000);
    }
    network.controlPlane = 'grants';
    for (let second = 0; second < 10; second++) {
      a.send(b, `back, second ${second}`);
      await network.advance(1_000);
    }
    expect(b.payloads).toContain('back, second 9');
  });

  it('does not hold up a pair that is allowed again at once', async () => {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      one.tunnel.revoke(other.id, network.now);
    }
    await network.advance(300);
    await network.grant(a, b);
    a.send(b, 'at once');
    await network.advance(200);
    expect(b.payloads).toContain('at once');
  });

  it('refuses a grant never seen that was issued before it', async () => {
    b.tunnel.revoke(a.id, network.now);
    a.tunnel.revoke(b.id, network.now);
    await network.grant(a, b, { ageS: 60 });
    a.send(b, 'kept one back');
    await network.advance(1_000);
    expect(b.payloads).toEqual(['hello']);
  });

  it('drops what waits for a session', async () => {
    network.controlPlane = 'is silent';
    a.send(c, 'waits');
    a.tunnel.revoke(c.id, network.now);
    expect(a.view(c).droppedByReason).toEqual({ revoked: 1 });
    await network.grant(a, c);
    await network.advance(1_000);
    expect(c.payloads).toEqual([]);
  });

  it('takes effect on a handshake whose grant is being verified', async () => {
    a.send(c, 'quick');
    network.delayMs = 0;
    const { text, claims } = await network.grantFor(a, c);
    a.tunnel.setGrant(text, claims, network.now);
    const init = network.sent.at(-1)?.message as Uint8Array;
    c.tunnel.incoming(a.id, init, network.now);
    c.tunnel.revoke(a.id, network.now);
    await network.advance(1_000);
    expect(c.payloads).toEqual([]);
  });
});

describe('addresses inside the tunnel', () => {
  beforeEach(async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
  });

  it('must be the peer’s and ours', async () => {
    a.tunnel.outgoing(
      b.id,
      [adapterPacket(c, b, 'spoofed'), adapterPacket(a, b, 'fine'), adapterPacket(a, c, 'wrong')],
      network.now,
    );
    await network.advance(100);
    expect(b.payloads).toEqual(['hello', 'fine']);
    expect(b.view(a).droppedByReason).toEqual({ 'source-spoofed': 1, 'destination-wrong': 1 });
  });

  it('hold for IPv6 too', async () => {
    expect(ipv6Range(SUBSCRIPTION)).toMatch(/^fd/);
    const packet = (from: number, to: number) => {
      const bytes = new Uint8Array(10 + 40);
      bytes.set([0x60], 10);
      bytes.set([0xfd], 10 + 8);
      bytes.set([0xfd], 10 + 24);
      bytes[10 + 23] = from;
      bytes[10 + 39] = to;
      return bytes;
    };
    a.tunnel.outgoing(b.id, [packet(1, 2), packet(3, 2), packet(1, 3)], network.now);
    await network.advance(100);
    expect(b.delivered.slice(1)).toEqual([packet(1, 2)]);
  });

  it('are checked in packets too short to have any', async () => {
    a.tunnel.outgoing(b.id, [Uint8Array.from([...new Uint8Array(10), 0x45, 0])], network.now);
    await network.advance(100);
    expect(b.view(a).droppedByReason).toEqual({ 'source-spoofed': 1 });
  });
});
