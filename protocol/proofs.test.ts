/** Golden bytes: an agent and a server of different versions must still build the same transcript. */
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromHex, toBase64url, toHex, utf8 } from './encoding.ts';
import { machineId, serverPin, signingPublicKey, subscriptionId, tunnelPublicKey } from './ids.ts';
import { activationTranscript, authenticationTranscript, tokenSecretHash, tunnelKeyProof } from './proofs.ts';

const NONCE = fromHex('11'.repeat(32));
const SERVER = serverPin.parse(toBase64url(fromHex('88'.repeat(32))));

test('authentication transcript', () => {
  const machine = machineId.parse('22'.repeat(16));
  expect(toHex(authenticationTranscript(NONCE, SERVER, machine))).toBe(
    `${toHex(utf8('causeway control authenticate v2'))}00${'11'.repeat(32)}${'88'.repeat(32)}${'22'.repeat(16)}`,
  );
});

test('activation transcript', () => {
  const transcript = activationTranscript(
    NONCE,
    SERVER,
    subscriptionId.parse('33'.repeat(16)),
    signingPublicKey.parse(toBase64url(fromHex('44'.repeat(32)))),
    tunnelPublicKey.parse(toBase64url(fromHex('55'.repeat(32)))),
  );
  expect(toHex(transcript)).toBe(
    `${toHex(utf8('causeway activate v2'))}00${'11'.repeat(32)}${'88'.repeat(32)}${'33'.repeat(16)}${'44'.repeat(32)}${'55'.repeat(32)}`,
  );
});

test('tunnel key proof is HMAC-SHA-256 under an HKDF key, as node:crypto computes them', () => {
  const [sharedSecret, transcript] = [fromHex('66'.repeat(32)), utf8('transcript')];
  const key = new Uint8Array(hkdfSync('sha256', sharedSecret, '', 'causeway tunnel key proof v1', 32));
  const expected = createHmac('sha256', key).update(transcript).digest('hex');
  expect(toHex(tunnelKeyProof(sharedSecret, transcript))).toBe(expected);
});

test('token secret hash', () => {
  const secret = fromHex('77'.repeat(20));
  const expected = createHash('sha256').update('causeway token secret v1\0').update(secret).digest('hex');
  expect(toHex(tokenSecretHash(secret))).toBe(expected);
});
