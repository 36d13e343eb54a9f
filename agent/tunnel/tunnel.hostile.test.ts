import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineId } from '#protocol/ids.ts';
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

function lastMessage(from: TestMachine, type: number): Uint8Array {
  const frame = network.sent.findLast((sent) => sent.from === from && sent.message[0] === type);
  if (frame === undefined) throw new Error('no such message was sent');
  return frame.message;
}

function flipped(message: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(message);
  copy[at] = (copy[at] as number) ^ (1 << (at % 8));
  return copy;
}

describe('a changed handshake', () => {
  it('fails closed at every byte of the noise message in HANDSHAKE_INIT', { timeout: 120_000 }, async () => {
    network.relay = () => [];
    a.send(b, 'hello');
    await network.advance(100);
    const init = lastMessage(a, TUNNEL_MESSAGE.HANDSHAKE_INIT);
    for (let at = 5; at < init.length; at++) {
      network.now += LIMITS.HANDSHAKE_ACCEPT_EVERY_MS.value / 10;
      b.tunnel.incoming(a.id, flipped(init, at), network.now);
      network.now += LIMITS.HANDSHAKE_ACCEPT_EVERY_MS.value;
    }
    expect(b.tunnel.droppedByReason).toEqual({ 'handshake-unauthentic': init.length - 5 });
    expect(network.sent.filter(({ from }) => from === b)).toEqual([]);
  });

  it('fails closed at every byte of HANDSHAKE_RESPONSE: no session is ever used', { timeout: 120_000 }, async () => {
    network.relay = ({ from, message }) => (from === a ? [message] : []);
    a.send(b, 'hello');
    await network.advance(100);
    const length = lastMessage(b, TUNNEL_MESSAGE.HANDSHAKE_RESPONSE).length;
    // One handshake lasts for one flip: the state is dead after it. Bytes between are the noise layer's tests.
    for (let at = 1; at < length; at += at < 60 ? 1 : 97) {
      a.restart();
      a.send(b, 'hello');
      await network.advance(200);
      const response = lastMessage(b, TUNNEL_MESSAGE.HANDSHAKE_RESPONSE);
      a.tunnel.incoming(b.id, flipped(response, at), network.now);
      if (at >= 9) {
        a.tunnel.incoming(b.id, response, network.now);
        expect(a.view(b).state, `byte ${at}`).toBe('connecting');
      }
    }
    expect(b.payloads).toEqual([]);
  });
});

describe('replay', () => {
  it('of HANDSHAKE_INIT is refused, also while and after the session lives', async () => {
    a.send(b, 'hello');
    await network.advance(5_000);
    const init = lastMessage(a, TUNNEL_MESSAGE.HANDSHAKE_INIT);
    b.tunnel.incoming(a.id, init, network.now);
    await network.advance(60_000);
    b.tunnel.incoming(a.id, init, network.now);
    await network.advance(60_000);
    b.tunnel.incoming(a.id, init, network.now);
    expect(b.tunnel.droppedByReason).toEqual({ 'handshake-replayed': 2, 'handshake-skewed': 1 });
    expect(b.verified).toHaveLength(2);
    expect(network.sent.filter(({ message }) => message[0] === TUNNEL_MESSAGE.HANDSHAKE_RESPONSE)).toHaveLength(1 + 1);
  });

  it('of HANDSHAKE_INIT by another machine is refused: the prologue names the initiator', async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
    b.tunnel.incoming(machineId.parse('f'.repeat(32)), lastMessage(a, TUNNEL_MESSAGE.HANDSHAKE_INIT), network.now);
    expect(b.tunnel.droppedByReason).toEqual({ 'handshake-unauthentic': 1 });
  });

  it('of a DATA message is dropped', async () => {
    network.relay = ({ message }) => (message[0] === TUNNEL_MESSAGE.DATA ? [message, message] : [message]);
    for (let number = 0; number < 10; number++) {
      a.send(b, `${number}`);
      await network.advance(1_000);
    }
    expect(b.payloads).toEqual(Array.from({ length: 10 }, (_, number) => `${number}`));
    expect(b.view(a).droppedByReason).toEqual({ replayed: 10 });
  });
});

describe('reordering', () => {
  it('is accepted up to the window and refused beyond', async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
    const held: Uint8Array[] = [];
    network.relay = ({ message }) => {
      held.push(message);
      return [];
    };
    const window = LIMITS.REPLAY_WINDOW_MESSAGES.value;
    for (let number = 0; number <= window; number++) a.send(b, `${number}`);
    b.delivered.length = 0;
    for (const message of held.toReversed()) b.tunnel.incoming(a.id, message, network.now);
    expect(b.delivered).toHaveLength(window);
    expect(b.payloads.at(-1)).toBe('1');
    expect(b.view(a).droppedByReason).toEqual({ replayed: 1 });
  });
});

describe('what is not understood', () => {
  it('is ignored when the type is unknown', async () => {
    for (let type = 5; type < 256; type++) b.tunnel.incoming(a.id, Uint8Array.from([type, 1, 2, 3]), network.now);
    b.tunnel.incoming(a.id, new Uint8Array(0), network.now);
    expect(b.tunnel.droppedByReason).toEqual({ 'unknown-type': 251, 'malformed-message': 1 });
    a.send(b, 'still works');
    await network.advance(1_000);
    expect(b.payloads).toEqual(['still works']);
  });

  it('never throws, never is delivered, whatever the bytes', async () => {
    a.send(b, 'hello');
    await network.advance(1_000);
    const before = b.delivered.length;
    const data = lastMessage(a, TUNNEL_MESSAGE.DATA);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.integer({ min: 1, max: 4 }), fc.uint8Array({ maxLength: 2_000 }))
        .map(([type, rest]) => Uint8Array.from([type, ...rest])),
      fc.integer({ min: 1, max: data.length - 1 }).map((at) => flipped(data, at)),
      fc.integer({ min: 0, max: data.length - 1 }).map((length) => data.subarray(0, length)),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(a.id, machineId.parse('e'.repeat(32))), (message, source) => {
        network.now += 10;
        b.tunnel.incoming(source, message, network.now);
      }),
      { numRuns: 500 },
    );
    expect(b.delivered).toHaveLength(before);
    a.send(b, 'still works');
    await network.advance(1_000);
    expect(b.payloads.at(-1)).toBe('still works');
  });
});

describe('a hint', () => {
  it('is rate limited, and never answers what is too short for DATA', () => {
    const data = new Uint8Array(40);
    data[0] = TUNNEL_MESSAGE.DATA;
    for (let number = 0; number < 50; number++) b.tunnel.incoming(a.id, data, network.now + number);
    b.tunnel.incoming(a.id, data.subarray(0, 20), network.now);
    expect(network.sent).toHaveLength(1);
    expect(b.tunnel.droppedByReason).toEqual({ 'unknown-session': 50, 'malformed-message': 1 });
  });

  it('that is forged only costs a handshake: the session goes on', async () => {
    a.send(b, 'hello');
    await network.advance(5_000);
    const hint = new Uint8Array(5);
    hint[0] = TUNNEL_MESSAGE.UNKNOWN_SESSION;
    hint.set(lastMessage(a, TUNNEL_MESSAGE.DATA).subarray(1, 5), 1);
    network.relay = ({ message }) => (message[0] === TUNNEL_MESSAGE.HANDSHAKE_INIT ? [] : [message]);
    for (let number = 0; number < 20; number++) a.tunnel.incoming(b.id, hint, network.now);
    a.send(b, 'same session');
    await network.advance(1_000);
    expect(b.payloads).toEqual(['hello', 'same session']);
    expect(network.sent.filter(({ message }) => message[0] === TUNNEL_MESSAGE.HANDSHAKE_INIT)).toHaveLength(2);
  });
});

describe('bounds', () => {
  it('hold for handshakes of one machine in a row', async () => {
    network.relay = () => [];
    a.send(b, 'hello');
    await network.advance(100);
    const init = lastMessage(a, TUNNEL_MESSAGE.HANDSHAKE_INIT);
    for (let number = 0; number < 20; number++) b.tunnel.incoming(a.id, init, network.now);
    expect(b.tunnel.droppedByReason).toEqual({ 'handshake-too-many': 19 });
  });

  it('hold for peers, and dormant ones make room', async () => {
    network.controlPlane = 'is silent';
    const id = (number: number) => machineId.parse((1_000 + number).toString(16).padStart(32, '0'));
    const packet = new Uint8Array(40);
    packet[10] = 0x45;
    for (let number = 0; number <= LIMITS.PEERS_MAX.value; number++)
      a.tunnel.outgoing(id(number), [packet], network.now);
    expect([...a.tunnel.peers()]).toHaveLength(LIMITS.PEERS_MAX.value);
    expect(a.tunnel.droppedByReason).toEqual({ 'peers-full': 1 });
    a.tunnel.refuseGrant(id(7), network.now);
    a.tunnel.outgoing(id(LIMITS.PEERS_MAX.value), [packet], network.now);
    const ids = [...a.tunnel.peers()].map((peer) => peer.id);
    expect(ids).toHaveLength(LIMITS.PEERS_MAX.value);
    expect([ids.includes(id(7)), ids.includes(id(LIMITS.PEERS_MAX.value))]).toEqual([false, true]);
    await network.advance(3 * LIMITS.SESSION_IDLE_CLOSE_MS.value);
    expect([...a.tunnel.peers()]).toEqual([]);
    expect(a.tunnel.nextDeadline()).toBeUndefined();
  });
});
