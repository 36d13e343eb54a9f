import { describe, expect, it } from 'vitest';
import { equalBytes, fromHex, toHex } from '#protocol/encoding.ts';
import { FRAME_HEADER_BYTES, FRAME_TYPE } from '#protocol/frames.ts';
import { LIMITS } from '#protocol/limits.ts';
import { TAG_BYTES, TUNNEL_MESSAGE } from '#protocol/tunnel-messages.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { dataKey } from './cipher.ts';
import type { HeldGrant } from './held-grant.ts';
import { Session } from './session.ts';
import { SessionSlots } from './session-slots.ts';

const NOW = 1_000_000_000;
const PEER = fromHex('000102030405060708090a0b0c0d0e0f');
const key = (byte: number) => new Uint8Array(32).fill(byte);
const grantUntil = (expiresAt: number) => ({ expiresAt }) as HeldGrant;
const FOREVER = grantUntil(Number.MAX_SAFE_INTEGER);

function session(role: 'initiator' | 'responder', localIndex: number, grant = FOREVER, now = NOW): Session {
  const [sendKey, receiveKey] = role === 'initiator' ? [key(1), key(2)] : [key(2), key(1)];
  return new Session({
    memory: new FrameMemory(),
    role,
    peerBytes: PEER,
    localIndex,
    remoteIndex: 0xa0b0c0d0,
    cipher: 'aes-256-gcm',
    keys: { sendKey, receiveKey, handshakeHash: new Uint8Array(0) },
    grant,
    now,
  });
}

/** What an initiator with these keys would send with any counter. */
function messageWith(counter: bigint, plaintext: Uint8Array): Uint8Array {
  const message = Buffer.alloc(13 + plaintext.length + TAG_BYTES);
  message[0] = TUNNEL_MESSAGE.DATA;
  message.writeBigUInt64BE(counter, 5);
  dataKey('aes-256-gcm', key(1), 'seal').seal(Number(counter % 2n ** 32n), plaintext, undefined, message, 13);
  return message;
}

const into = new Uint8Array(LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value);

describe('a session', () => {
  it('makes frames of the specified layout, with counters from 0', () => {
    const initiator = session('initiator', 1);
    for (const counter of ['0000000000000000', '0000000000000001']) {
      const frame = initiator.seal(fromHex('0000'), fromHex('0000'));
      const head = `0${FRAME_TYPE.DATA}000102030405060708090a0b0c0d0e0f04a0b0c0d0${counter}`;
      expect(toHex(frame.subarray(0, head.length / 2))).toBe(head);
      expect(frame.length).toBe(head.length / 2 + 4 + TAG_BYTES);
    }
  });

  it('opens what the other side sealed, once', () => {
    const [initiator, responder] = [session('initiator', 1), session('responder', 2)];
    const message = initiator.seal(fromHex('0badcafe')).subarray(FRAME_HEADER_BYTES);
    const opened = responder.open(message, NOW, into);
    expect(typeof opened !== 'string' && equalBytes(opened, fromHex('0badcafe'))).toBe(true);
    expect(responder.open(message, NOW, into)).toBe('replayed');
    expect(initiator.open(message, NOW, into)).toBe('unauthentic');
  });

  it('does not move its window for what is not authentic', () => {
    const responder = session('responder', 2);
    const forged = messageWith(100_000n, fromHex('00'));
    forged[13] = (forged[13] as number) ^ 1;
    expect(responder.open(forged, NOW, into)).toBe('unauthentic');
    expect(typeof responder.open(messageWith(0n, fromHex('00')), NOW, into)).not.toBe('string');
  });

  it('refuses counters from the limit on, and those whose high half is not zero', () => {
    const limit = BigInt(LIMITS.REJECT_AFTER_MESSAGES.value);
    const responder = session('responder', 2);
    expect(typeof responder.open(messageWith(limit - 1n, fromHex('00')), NOW, into)).not.toBe('string');
    expect(responder.open(messageWith(limit, fromHex('00')), NOW, into)).toBe('expired-session');
    expect(responder.open(messageWith(2n ** 32n + 5n, fromHex('00')), NOW, into)).toBe('expired-session');
  });

  it('is to be replaced at its age, the responder’s a little later', () => {
    expect(session('initiator', 1).rekeyAt(FOREVER)).toBe(NOW + LIMITS.REKEY_AFTER_MS.value);
    const grace = session('responder', 1).rekeyAt(FOREVER) - NOW - LIMITS.REKEY_AFTER_MS.value;
    expect(grace).toBeGreaterThan(LIMITS.HANDSHAKE_RETRY_MS.value);
    expect(grace).toBeLessThan(LIMITS.REJECT_AFTER_MS.value - LIMITS.REKEY_AFTER_MS.value);
  });

  it('is to be replaced at once after so many messages, also received ones', () => {
    const receiver = session('responder', 2);
    const rekey = BigInt(LIMITS.REKEY_AFTER_MESSAGES.value);
    receiver.open(messageWith(rekey, fromHex('00')), NOW, into);
    expect(receiver.rekeyAt(FOREVER)).toBeGreaterThan(NOW);
    receiver.open(messageWith((rekey * 3n) / 2n, fromHex('00')), NOW, into);
    expect(receiver.rekeyAt(FOREVER)).toBeLessThan(NOW);
  });

  it('ends with its grant, and is replaced before that when there is a later one', () => {
    const ending = grantUntil(NOW + 100_000);
    const short = session('initiator', 1, ending);
    expect(short.expiresAt).toBe(NOW + 100_000);
    expect([short.canSend(NOW + 99_999), short.canSend(NOW + 100_000)]).toEqual([true, false]);
    expect(short.rekeyAt(ending)).toBe(NOW + LIMITS.REKEY_AFTER_MS.value);
    expect(short.rekeyAt(FOREVER)).toBe(NOW + 40_000);
    expect(short.open(messageWith(0n, fromHex('00')), NOW + 100_000, into)).toBe('expired-session');
  });

  it('opens and seals nothing once closed', () => {
    const closed = session('responder', 1);
    closed.close();
    expect(closed.canSend(NOW)).toBe(false);
    expect(closed.open(messageWith(0n, fromHex('00')), NOW, into)).toBe('expired-session');
    expect(() => closed.seal(fromHex('00'))).toThrow('closed');
  });
});

describe('the slots', () => {
  const names = (slots: SessionSlots) => [1, 2, 3, 4].filter((index) => slots.byLocalIndex(index) !== undefined);

  it('send in a session that we began at once, and keep the last one for receiving', () => {
    const slots = new SessionSlots();
    for (const index of [1, 2, 3]) slots.addProven(session('initiator', index));
    expect([slots.current?.localIndex, names(slots)]).toEqual([3, [2, 3]]);
  });

  it('send in a session that the peer began only once it is proven', () => {
    const slots = new SessionSlots();
    const [first, second] = [session('initiator', 1), session('responder', 2)];
    slots.addProven(first);
    slots.addUnproven(second);
    expect([slots.current, slots.proven(first), names(slots)]).toEqual([first, false, [1, 2]]);
    expect([slots.proven(second), slots.current, names(slots)]).toEqual([true, second, [1, 2]]);
    expect(slots.proven(second)).toBe(false);
  });

  it('let a newer session displace an unproven one', () => {
    const slots = new SessionSlots();
    const [first, second] = [session('responder', 1), session('responder', 2)];
    slots.addUnproven(first);
    slots.addUnproven(second);
    expect([first.canSend(NOW), names(slots)]).toEqual([false, [2]]);
    slots.addProven(session('initiator', 3));
    expect([second.canSend(NOW), names(slots)]).toEqual([false, [3]]);
  });

  it('know their first expiry, and let go of what expired', () => {
    const slots = new SessionSlots();
    expect([slots.firstExpiry(), slots.any]).toEqual([Number.POSITIVE_INFINITY, false]);
    slots.addProven(session('initiator', 1));
    slots.addProven(session('initiator', 2, FOREVER, NOW + 50_000));
    expect(slots.firstExpiry()).toBe(NOW + LIMITS.REJECT_AFTER_MS.value);
    slots.removeExpired(slots.firstExpiry());
    expect(names(slots)).toEqual([2]);
    expect(slots.clear()).toHaveLength(1);
    expect(slots.any).toBe(false);
  });
});
