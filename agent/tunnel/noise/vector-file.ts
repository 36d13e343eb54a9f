/**
 * Reads and runs Noise test vector files in the format that cacophony, snow and others share
 * (https://github.com/noiseprotocol/noise_wiki/wiki/Test-vectors). Prints nothing.
 */
import { z } from 'zod';
import { equalBytes, fromHex } from '#protocol/encoding.ts';
import { CipherState } from './cipher-state.ts';
import { DhKeyPair } from './dh.ts';
import { HandshakeState } from './handshake-state.ts';
import type { RandomBytes } from './random.ts';
import { parseProtocolName, type Suite, UnsupportedProtocol } from './suite.ts';

const hex = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{2})*$/)
  .transform(fromHex);

const vector = z
  .object({
    /** Older files call it `name`. */
    protocol_name: z.string().optional(),
    name: z.string().optional(),
    init_prologue: hex.optional(),
    init_static: hex.optional(),
    init_ephemeral: hex.optional(),
    init_remote_static: hex.optional(),
    init_psks: z.array(hex).optional(),
    init_psk: hex.optional(),
    resp_prologue: hex.optional(),
    resp_static: hex.optional(),
    resp_ephemeral: hex.optional(),
    handshake_hash: hex.optional(),
    messages: z.array(z.object({ payload: hex, ciphertext: hex })).min(1),
  })
  .refine((value) => value.protocol_name !== undefined || value.name !== undefined, 'a vector has a protocol name');
export type Vector = z.infer<typeof vector>;

const vectorFile = z.object({ vectors: z.array(vector) });

export type VectorOutcome =
  | { readonly result: 'passed'; readonly name: string; readonly messages: number }
  | { readonly result: 'failed' | 'skipped'; readonly name: string; readonly why: string };

/** @throws ZodError or SyntaxError when the text is no vector file. */
export function parseVectorFile(text: string): Vector[] {
  return vectorFile.parse(JSON.parse(text)).vectors;
}

/** Plays both sides of one vector and compares every byte. Never throws. */
export function runVector(vector: Vector): VectorOutcome {
  const name = vector.protocol_name ?? vector.name ?? '';
  let suite: Suite;
  try {
    suite = parseProtocolName(name);
    if (vector.init_psks?.length || vector.init_psk) throw new UnsupportedProtocol('pre-shared key');
  } catch (error) {
    return { result: 'skipped', name, why: error instanceof Error ? error.message : String(error) };
  }
  try {
    play(suite, vector);
    return { result: 'passed', name, messages: vector.messages.length };
  } catch (error) {
    return { result: 'failed', name, why: error instanceof Error ? error.message : String(error) };
  }
}

function play(suite: Suite, vector: Vector): void {
  const sides = [
    new HandshakeState({
      suite,
      role: 'initiator',
      prologue: vector.init_prologue ?? new Uint8Array(0),
      staticKey: new DhKeyPair(given(vector.init_static, 'init_static')),
      remoteStatic: given(vector.init_remote_static, 'init_remote_static'),
      random: fixed(given(vector.init_ephemeral, 'init_ephemeral')),
    }),
    new HandshakeState({
      suite,
      role: 'responder',
      prologue: vector.resp_prologue ?? new Uint8Array(0),
      staticKey: new DhKeyPair(given(vector.resp_static, 'resp_static')),
      random: fixed(given(vector.resp_ephemeral, 'resp_ephemeral')),
    }),
  ] as const;
  const handshakeMessages = suite.pattern.messages.length;
  vector.messages.slice(0, handshakeMessages).forEach(({ payload, ciphertext }, number) => {
    const [writer, reader] = number % 2 === 0 ? sides : [sides[1], sides[0]];
    expectEqual(writer.writeMessage(payload), ciphertext, `ciphertext of message ${number}`);
    expectEqual(reader.readMessage(ciphertext), payload, `payload of message ${number}`);
  });
  if (!sides[0].finished) return;

  const [initiator, responder] = [sides[0].split(), sides[1].split()];
  const expectedHash = vector.handshake_hash ?? initiator.handshakeHash;
  expectEqual(initiator.handshakeHash, expectedHash, "initiator's handshake hash");
  expectEqual(responder.handshakeHash, expectedHash, "responder's handshake hash");
  const [forward, back] = [initiator, responder].map(({ sendKey }) => new CipherState(suite.cipher, sendKey));
  const [backRead, forwardRead] = [initiator, responder].map((side) => new CipherState(suite.cipher, side.receiveKey));
  vector.messages.slice(handshakeMessages).forEach(({ payload, ciphertext }, offset) => {
    const number = handshakeMessages + offset;
    const [writer, reader] = number % 2 === 0 ? [forward, forwardRead] : [back, backRead];
    expectEqual(writer?.encrypt(payload), ciphertext, `ciphertext of message ${number}`);
    expectEqual(reader?.decrypt(ciphertext), payload, `payload of message ${number}`);
  });
}

/** The vector's ephemeral key in place of random bytes; HandshakeState wipes what it is given, so: a copy. */
function fixed(ephemeral: Uint8Array): RandomBytes {
  return (bytes) => {
    if (bytes !== ephemeral.length) throw new RangeError('the file gives no randomness for a KEM');
    return new Uint8Array(ephemeral);
  };
}

function given(value: Uint8Array | undefined, field: string): Uint8Array {
  if (value === undefined) throw new RangeError(`${field} is missing`);
  return value;
}

function expectEqual(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  if (actual === undefined || !equalBytes(actual, expected)) throw new RangeError(`${what} differs`);
}
