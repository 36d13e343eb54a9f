import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '#protocol/encoding.ts';
import { DhKeyPair } from './dh.ts';
import { HandshakeState, type Role } from './handshake-state.ts';
import { NoiseError } from './noise-error.ts';
import { parseProtocolName } from './suite.ts';

const suites = ['Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256', 'Noise_IK_25519_AESGCM_SHA256'].map(parseProtocolName);
const prologue = new TextEncoder().encode('both sides know this');
const payload = new TextEncoder().encode('a payload');
const initiatorStatic = new DhKeyPair(randomBytes(32));
const responderStatic = new DhKeyPair(randomBytes(32));

describe.each(suites)('$name', (suite) => {
  function side(role: Role, change: { prologue?: Uint8Array; remoteStatic?: Uint8Array } = {}): HandshakeState {
    return new HandshakeState({
      suite,
      role,
      prologue,
      staticKey: role === 'initiator' ? initiatorStatic : responderStatic,
      ...(role === 'initiator' ? { remoteStatic: responderStatic.publicKey } : {}),
      random: (bytes) => Uint8Array.from(randomBytes(bytes)),
      ...change,
    });
  }

  it('gives both sides the same keys, crossed, and the responder the initiator’s key', () => {
    const [initiator, responder] = [side('initiator'), side('responder')];
    expect(equalBytes(responder.readMessage(initiator.writeMessage(payload)), payload)).toBe(true);
    expect(equalBytes(responder.remoteStatic ?? payload, initiatorStatic.publicKey)).toBe(true);
    expect(equalBytes(initiator.readMessage(responder.writeMessage(payload)), payload)).toBe(true);
    expect([initiator.finished, responder.finished]).toEqual([true, true]);
    const [a, b] = [initiator.split(), responder.split()];
    expect(a.sendKey).toEqual(b.receiveKey);
    expect(a.receiveKey).toEqual(b.sendKey);
    expect(a.sendKey).not.toEqual(a.receiveKey);
    expect(a.handshakeHash).toEqual(b.handshakeHash);
    expect(() => initiator.split()).toThrow(NoiseError);
  });

  it('has fresh keys each time', () => {
    const keys = [1, 2].map(() => {
      const [initiator, responder] = [side('initiator'), side('responder')];
      responder.readMessage(initiator.writeMessage(payload));
      initiator.readMessage(responder.writeMessage(payload));
      return initiator.split().sendKey;
    });
    expect(keys[0]).not.toEqual(keys[1]);
  });

  it('fails closed on every flipped byte of message 1', () => {
    const message = side('initiator').writeMessage(payload);
    for (let at = 0; at < message.length; at++) {
      const responder = side('responder');
      expect(() => responder.readMessage(flipped(message, at))).toThrow(NoiseError);
      expect(() => responder.readMessage(message), `state after byte ${at}`).toThrow('the handshake is over');
      expect(() => responder.writeMessage(payload)).toThrow(NoiseError);
      expect(() => responder.split()).toThrow(NoiseError);
    }
  });

  it('fails closed on every flipped byte of message 2', { timeout: 120_000 }, () => {
    for (let at = 0; ; at++) {
      const [initiator, responder] = [side('initiator'), side('responder')];
      responder.readMessage(initiator.writeMessage(payload));
      const message = responder.writeMessage(payload);
      if (at >= message.length) break;
      expect(() => initiator.readMessage(flipped(message, at))).toThrow(NoiseError);
      expect(() => initiator.readMessage(message), `state after byte ${at}`).toThrow('the handshake is over');
      expect(() => initiator.split()).toThrow(NoiseError);
    }
  });

  it('refuses every shortened and any lengthened message', () => {
    const message = side('initiator').writeMessage(payload);
    for (let length = 0; length < message.length; length++) {
      expect(() => side('responder').readMessage(message.subarray(0, length))).toThrow(NoiseError);
    }
    expect(() => side('responder').readMessage(Buffer.concat([message, Buffer.alloc(1)]))).toThrow(NoiseError);
  });

  it('fails between sides that do not agree on the prologue or the responder’s key', () => {
    const message = side('initiator').writeMessage(payload);
    expect(() => side('responder', { prologue: payload }).readMessage(message)).toThrow(NoiseError);
    const stranger = new DhKeyPair(randomBytes(32)).publicKey;
    const misled = side('initiator', { remoteStatic: stranger }).writeMessage(payload);
    expect(() => side('responder').readMessage(misled)).toThrow(NoiseError);
  });

  it('refuses ephemeral keys of low order', () => {
    const message = side('initiator').writeMessage(payload);
    message.fill(0, 0, 32);
    expect(() => side('responder').readMessage(message)).toThrow(NoiseError);
  });

  it('is dead after a call out of turn', () => {
    const initiator = side('initiator');
    expect(() => initiator.readMessage(payload)).toThrow(NoiseError);
    expect(() => initiator.writeMessage(payload)).toThrow('the handshake is over');
  });

  it('shows nothing of the payload', () => {
    const canary = Buffer.from('CANARY-CANARY-CANARY');
    const [initiator, responder] = [side('initiator'), side('responder')];
    const first = initiator.writeMessage(canary);
    responder.readMessage(first);
    const second = responder.writeMessage(canary);
    expect(Buffer.concat([first, second]).includes('CANARY')).toBe(false);
  });
});

it('needs the responder’s key to begin', () => {
  const [suite] = suites as [(typeof suites)[number]];
  const options = { suite, prologue, staticKey: initiatorStatic, random: randomBytes };
  expect(() => new HandshakeState({ ...options, role: 'initiator' })).toThrow(NoiseError);
});

function flipped(message: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(message);
  copy[at] = (copy[at] as number) ^ (1 << (at % 8));
  return copy;
}
