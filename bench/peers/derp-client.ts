/**
 * A synthetic client of Tailscale's relay. Speaks DERP version 2 as `derp/derp.go` of tailscale.com v1.102.5
 * describes it:
 *
 *     GET /derp, Upgrade: DERP, Derp-Fast-Start: 1     and no answer: the server begins with its frames
 *     frame       type(1) length(4) and so many bytes
 *     SERVER_KEY  magic(8) server's key(32)
 *     CLIENT_INFO client's key(32) nonce(24) box(JSON)
 *     SERVER_INFO nonce(24) box(JSON)
 *     SEND        destination's key(32) packet
 *     RECEIVED    source's key(32) packet
 *     PING, PONG  8 bytes
 *
 * A box is NaCl's crypto_box: X25519, HSalsa20, XSalsa20-Poly1305. A packet has 65,536 bytes at most.
 */
import { createHash, createPrivateKey, createPublicKey, diffieHellman, type KeyObject, randomBytes } from 'node:crypto';
import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { FrameScanner, type Head } from '../load/frame-scanner.ts';
import { connectTls, type OnPayload, type RelayAddress, type RelayLink, take } from '../load/relay-link.ts';

const FRAME = { SERVER_KEY: 1, CLIENT_INFO: 2, SERVER_INFO: 3, SEND: 4, RECEIVED: 5, PING: 0x12, PONG: 0x13 } as const;
const HEADER_BYTES = 5;
const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const PING_BYTES = 8;
const MAGIC = Buffer.from('DERP🔑');
const VERSION = 2;
/** RFC 8410 §7: the DER of an X25519 private key but for its 32 bytes. */
const PRIVATE_KEY_DER = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** "expand 32-byte k", the constant of Salsa20. */
const SIGMA = new Uint32Array([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);

export interface DerpLogin extends RelayAddress {
  readonly kind: 'derp';
}

/** @throws Error when the server's opening is not what DERP 2 says */
export async function openDerpLink(login: DerpLogin, machine: number, onPayload: OnPayload): Promise<RelayLink> {
  const socket = await connectTls(login);
  socket.write(
    [
      'GET /derp HTTP/1.1',
      `Host: ${login.address}`,
      'Connection: Upgrade',
      'Upgrade: DERP',
      'Derp-Fast-Start: 1',
      '\r\n',
    ].join('\r\n'),
  );
  const next = async (type: number) => {
    const header = await take(socket, HEADER_BYTES);
    if (header[0] !== type) throw new Error(`derper sent frame ${header[0]} in place of ${type}`);
    return take(socket, header.readUInt32BE(1));
  };
  const greeting = await next(FRAME.SERVER_KEY);
  if (!greeting.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('this is no DERP server');
  const { privateKey, publicKey } = keysOf(machine);
  const key = boxKey(privateKey, greeting.subarray(MAGIC.length, MAGIC.length + KEY_BYTES));
  const nonce = randomBytes(NONCE_BYTES);
  const info = Buffer.from(JSON.stringify({ version: VERSION, CanAckPings: true }));
  socket.write(frame(FRAME.CLIENT_INFO, publicKey, nonce, xsalsa20poly1305(key, nonce).encrypt(info)));
  const answer = await next(FRAME.SERVER_INFO);
  // Throws unless the server holds its key.
  xsalsa20poly1305(key, answer.subarray(0, NONCE_BYTES)).decrypt(answer.subarray(NONCE_BYTES));
  const scanner = new FrameScanner(readHead, (kind, payload) => {
    if (kind === 'payload') onPayload(payload);
    else if (kind === 'ping') socket.write(frame(FRAME.PONG, payload.subarray(0, PING_BYTES)));
  });
  socket.on('data', (chunk: Buffer) => scanner.push(chunk));
  return {
    socket,
    frameTo: (peer, payloadBytes) => ({
      bytes: frame(FRAME.SEND, keysOf(peer).publicKey, Buffer.alloc(payloadBytes)),
      payloadAt: HEADER_BYTES + KEY_BYTES,
    }),
  };
}

function readHead(bytes: Buffer, at: number): Head | null {
  if (bytes.length - at < HEADER_BYTES) return null;
  const length = HEADER_BYTES + bytes.readUInt32BE(at + 1);
  const type = bytes.readUInt8(at);
  if (type === FRAME.RECEIVED) return { kind: 'payload', length, payloadAt: HEADER_BYTES + KEY_BYTES };
  return { kind: type === FRAME.PING ? 'ping' : 'other', length, payloadAt: HEADER_BYTES };
}

function frame(type: number, ...parts: Uint8Array[]): Buffer {
  const payload = Buffer.concat(parts);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(type);
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

/** Made of the machine's number, so that every process knows everybody's. */
function keysOf(machine: number): { privateKey: KeyObject; publicKey: Buffer } {
  const secret = createHash('sha256').update(`bench machine ${machine}`).digest();
  const privateKey = createPrivateKey({ key: Buffer.concat([PRIVATE_KEY_DER, secret]), format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { privateKey, publicKey: Buffer.from(x ?? '', 'base64url') };
}

function boxKey(privateKey: KeyObject, publicKey: Buffer): Uint8Array {
  const theirs = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: publicKey.toString('base64url') },
    format: 'jwk',
  });
  const shared = new Uint8Array(diffieHellman({ privateKey, publicKey: theirs }));
  const key = new Uint32Array(KEY_BYTES / 4);
  hsalsa(SIGMA, new Uint32Array(shared.buffer), new Uint32Array(4), key);
  return new Uint8Array(key.buffer);
}
