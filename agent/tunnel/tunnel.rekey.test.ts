import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { TUNNEL_MESSAGE } from '#protocol/tunnel-messages.ts';
import { type TestMachine, TestNetwork } from './test-support/test-network.ts';

let network: TestNetwork;
let a: TestMachine;
let b: TestMachine;

beforeEach(async () => {
  network = await TestNetwork.create();
  [a, b] = network.pair;
});
afterEach(() => network[Symbol.dispose]());

function inits(from: TestMachine): number {
  return network.sent.filter((frame) => frame.from === from && frame.message[0] === TUNNEL_MESSAGE.HANDSHAKE_INIT)
    .length;
}

/** The session that a DATA message belongs to: the receiver's index. */
function sessionsUsed(from: TestMachine, since = 0): Set<string> {
  const data = network.sent
    .slice(since)
    .filter((frame) => frame.from === from && frame.message[0] === TUNNEL_MESSAGE.DATA);
  return new Set(data.map(({ message }) => Buffer.from(message.subarray(1, 5)).toString('hex')));
}

describe('rekey', () => {
  it('loses no packet under load, either way, over several rekeys', async () => {
    const [forward, back]: string[][] = [[], []];
    network.delayMs = 150;
    for (let step = 0; step < 4_000; step++) {
      const payload = `packet ${step}`;
      a.send(b, payload);
      forward?.push(payload);
      if (step > 20 && step % 3 === 0) {
        b.send(a, payload);
        back?.push(payload);
      }
      await network.advance(150);
    }
    await network.advance(1_000);
    expect(b.payloads).toEqual(forward);
    expect(a.payloads).toEqual(back);
    expect(inits(a)).toBe(5);
    expect(inits(b)).toBe(0);
    expect(sessionsUsed(a).size).toBe(5);
    expect(sessionsUsed(b).size).toBe(5);
    expect([a.tunnel.droppedByReason, b.tunnel.droppedByReason]).toEqual([{}, {}]);
  });

  it('is done by the responder when the initiator does not', async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
    network.relay = ({ from, message }) =>
      from === a && message[0] === TUNNEL_MESSAGE.HANDSHAKE_INIT ? [] : [message];
    for (let second = 0; second < 170; second++) {
      b.send(a, `${second}`);
      await network.advance(1_000);
    }
    expect(inits(b)).toBe(1);
    expect(a.payloads).toHaveLength(170);
    expect(a.view(b).state).toBe('connected');
  });

  it('keeps the old session alive until its end while rekeying fails, and then stops', async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
    network.relay = ({ message }) => (message[0] === TUNNEL_MESSAGE.HANDSHAKE_INIT ? [] : [message]);
    const second = 1_000;
    for (let at = 1; at < LIMITS.REJECT_AFTER_MS.value / second; at++) {
      a.send(b, `${at}`);
      await network.advance(second);
    }
    expect(b.payloads).toHaveLength(LIMITS.REJECT_AFTER_MS.value / second);
    a.send(b, 'too late');
    await network.advance(second);
    expect(b.payloads).not.toContain('too late');
    expect(b.view(a).state).not.toBe('connected');
  });

  it('stops when the pair is idle, and the session closes', async () => {
    a.send(b, 'hello');
    await network.advance(LIMITS.SESSION_IDLE_CLOSE_MS.value - 1_000);
    expect([a.view(b).state, b.view(a).state]).toEqual(['connected', 'connected']);
    await network.advance(2_000);
    expect([a.view(b).state, b.view(a).state]).toEqual(['idle', 'idle']);
    const before = network.sent.length;
    await network.advance(600_000);
    expect(network.sent).toHaveLength(before);
    b.send(a, 'again');
    await network.advance(1_000);
    expect(a.payloads).toEqual(['again']);
  });

  it('refuses a DATA message of a session that is over', async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
    a.send(b, 'old');
    const old = network.sent.at(-1)?.message as Uint8Array;
    await network.advance(LIMITS.SESSION_IDLE_CLOSE_MS.value + 1_000);
    b.tunnel.incoming(a.id, old, network.now);
    expect(b.tunnel.droppedByReason).toEqual({ 'unknown-session': 1 });
    expect(b.payloads).toEqual(['hello', 'old']);
  });
});

describe('simultaneous initiation', () => {
  it.each([0, 5, 20, 150, 900])('ends in one session that both use (%i ms apart)', async (apart) => {
    network.delayMs = 200;
    await network.grant(a, b);
    await network.grant(b, a);
    b.send(a, 'from b');
    await network.advance(Math.min(apart, 190));
    a.send(b, 'from a');
    await network.advance(10_000);
    expect([a.payloads, b.payloads]).toEqual([['from b'], ['from a']]);
    const since = network.sent.length;
    for (let round = 0; round < 10; round++) {
      a.send(b, 'more');
      b.send(a, 'more');
      await network.advance(1_000);
    }
    const used = [sessionsUsed(a, since), sessionsUsed(b, since)];
    expect(used.map((sessions) => sessions.size)).toEqual([1, 1]);
    expect([a.payloads.length, b.payloads.length]).toEqual([11, 11]);
    const answers = network.sent.filter(({ message }) => message[0] === TUNNEL_MESSAGE.HANDSHAKE_RESPONSE);
    expect(answers.map(({ from }) => from)).toEqual([b]);
  });

  it('ends in one session also when both first attempts were lost', async () => {
    await network.grant(a, b);
    await network.grant(b, a);
    network.relay = () => [];
    a.send(b, 'from a');
    b.send(a, 'from b');
    await network.advance(1_000);
    network.relay = ({ message }) => [message];
    await network.advance(2_000);
    expect([a.payloads, b.payloads]).toEqual([['from b'], ['from a']]);
    const since = network.sent.length;
    a.send(b, 'more');
    b.send(a, 'more');
    await network.advance(1_000);
    expect([a.payloads, b.payloads]).toEqual([
      ['from b', 'more'],
      ['from a', 'more'],
    ]);
    expect(network.sent).toHaveLength(since + 2);
  });

  it('does not wait for a handshake that can not succeed: the lower id’s are lost', async () => {
    await network.grant(a, b);
    await network.grant(b, a);
    network.relay = ({ from, message }) =>
      from === a && message[0] === TUNNEL_MESSAGE.HANDSHAKE_INIT ? [] : [message];
    a.send(b, 'from a');
    b.send(a, 'from b');
    await network.advance(10_000);
    expect([a.payloads, b.payloads]).toEqual([['from b'], ['from a']]);
  });
});

describe('a peer that goes silent', () => {
  it('gets a handshake after a while, and is unreachable when that is not answered', async () => {
    a.send(b, 'hello');
    b.send(a, 'hello');
    await network.advance(1_000);
    network.relay = () => [];
    a.send(b, 'anybody there?');
    await network.advance(LIMITS.PEER_DEAD_AFTER_MS.value - 1);
    expect(inits(a)).toBe(1);
    await network.advance(2);
    expect(inits(a)).toBe(2);
    expect(a.view(b).state).toBe('connected');
    await network.advance(LIMITS.HANDSHAKE_GIVE_UP_MS.value);
    expect(a.view(b).state).toBe('unreachable');
    network.relay = ({ message }) => [message];
    a.send(b, 'back');
    b.send(a, 'back');
    await network.advance(1_000);
    expect(b.payloads).toEqual(['hello', 'back']);
    expect(a.view(b).state).toBe('connected');
  });

  it('drops what waited when the first handshake is given up', async () => {
    network.relay = () => [];
    a.send(b, 'hello?');
    await network.advance(LIMITS.HANDSHAKE_GIVE_UP_MS.value + 1_000);
    expect(a.view(b)).toMatchObject({ state: 'unreachable', provenAt: null, droppedByReason: { unreachable: 1 } });
    expect(inits(a)).toBe(LIMITS.HANDSHAKE_GIVE_UP_MS.value / LIMITS.HANDSHAKE_RETRY_MS.value);
    expect(a.changes).toEqual(['connecting', 'unreachable']);
  });

  it('is told by keepalives that we live, and tells us', async () => {
    a.send(b, 'hello');
    await network.advance(LIMITS.KEEPALIVE_AFTER_MS.value + 1_000);
    const keepalive = network.sent.at(-1);
    expect(keepalive?.from).toBe(b);
    await network.advance(60_000);
    expect(network.sent.at(-1)).toBe(keepalive);
    expect(inits(a)).toBe(1);
    expect(b.delivered).toHaveLength(1);
  });

  it('is found again at once after a restart, by its hint', async () => {
    a.send(b, 'hello');
    await network.advance(LIMITS.HANDSHAKE_RETRY_MS.value);
    b.restart();
    a.send(b, 'lost');
    await network.advance(1_000);
    a.send(b, 'found');
    await network.advance(1_000);
    expect(b.payloads).toEqual(['hello', 'found']);
    expect(a.questions).toHaveLength(1);
  });

  it('is unreachable while the relay does not know it, and connected once it is heard', async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
    a.tunnel.peerGone(b.id, 'NOT_CONNECTED', network.now);
    expect(a.view(b).state).toBe('unreachable');
    b.send(a, 'here');
    await network.advance(1_000);
    expect(a.view(b).state).toBe('connected');
    expect(a.payloads).toEqual(['here']);
  });

  it('keeps its session over a new relay connection, and has its handshake repeated', async () => {
    network.relay = () => [];
    a.send(b, 'waits');
    await network.advance(500);
    network.relay = ({ message }) => [message];
    a.tunnel.reconnected(network.now);
    await network.advance(500);
    expect(b.payloads).toEqual(['waits']);
    const before = inits(a) + inits(b);
    a.tunnel.reconnected(network.now);
    b.tunnel.reconnected(network.now);
    a.send(b, 'same session');
    await network.advance(500);
    expect(b.payloads).toEqual(['waits', 'same session']);
    expect(inits(a) + inits(b)).toBe(before);
  });
});
