/**
 * A machine as the control plane sees one, for tests: its two keys and a control connection, with every
 * message checked by the protocol's schemas.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import {
  type Challenge,
  CONTROL_METHODS,
  CONTROL_PATH,
  CONTROL_SUBPROTOCOL,
  type ControlEvent,
  type ControlMethod,
  type ControlParams,
  type ControlResult,
  type SelfFacts,
  serverMessage,
} from '#protocol/control-messages.ts';
import { fromBase64url, toBase64url } from '#protocol/encoding.ts';
import { fromWire } from '#protocol/errors.ts';
import {
  type ServerPin,
  type SigningPublicKey,
  signingPublicKey,
  type TunnelPublicKey,
  tunnelPublicKey,
} from '#protocol/ids.ts';
import { parseLabel } from '#protocol/names.ts';
import { activationTranscript, authenticationTranscript, tunnelKeyProof } from '#protocol/proofs.ts';
import { type ActivationToken, decodeToken } from '#protocol/token.ts';
import { pinOf } from './tls/certificate.ts';

/** PKCS #8 (RFC 5958) around a raw private key of Ed25519 and of X25519, RFC 8410 §7. */
const PKCS8 = { ed25519: '302e020100300506032b657004220420', x25519: '302e020100300506032b656e04220420' };
const PRIVATE_KEY_BYTES = 32;
/** Both private keys. */
const SEED_BYTES = 2 * PRIVATE_KEY_BYTES;

export class LoopbackKeys {
  readonly #signing: KeyObject;
  readonly #tunnel: KeyObject;
  readonly signingKey: SigningPublicKey;
  readonly tunnelKey: TunnelPublicKey;

  /** @param seed 64 bytes, for keys that are to be the same again. */
  constructor(seed: Uint8Array = randomBytes(SEED_BYTES)) {
    if (seed.length !== SEED_BYTES) throw new RangeError(`a seed has ${SEED_BYTES} bytes`);
    this.#signing = privateKey('ed25519', seed.subarray(0, PRIVATE_KEY_BYTES));
    this.#tunnel = privateKey('x25519', seed.subarray(PRIVATE_KEY_BYTES));
    this.signingKey = signingPublicKey.parse(createPublicKey(this.#signing).export({ format: 'jwk' }).x);
    this.tunnelKey = tunnelPublicKey.parse(createPublicKey(this.#tunnel).export({ format: 'jwk' }).x);
  }

  sign(transcript: Uint8Array): string {
    return toBase64url(sign(null, transcript, this.#signing));
  }

  proof(ephemeral: TunnelPublicKey, transcript: Uint8Array): string {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: ephemeral }, format: 'jwk' });
    return toBase64url(tunnelKeyProof(diffieHellman({ privateKey: this.#tunnel, publicKey }), transcript));
  }
}

/** One control connection, after its challenge. */
export class LoopbackConnection {
  readonly challenge: Challenge;
  /** Every event so far, oldest first. */
  readonly events: ControlEvent[] = [];
  /** Status code and reason, when closed. */
  readonly closed: Promise<{ status: number; reason: string }>;
  readonly #socket: WebSocket;
  readonly #server: ServerPin;
  readonly #answers = new Map<number, (message: { ok: boolean; result?: unknown; error?: unknown }) => void>();
  readonly #waiting = new Set<() => void>();
  #nextId = 1;

  private constructor(socket: WebSocket, server: ServerPin, challenge: Challenge) {
    this.#socket = socket;
    this.#server = server;
    this.challenge = challenge;
    this.closed = new Promise((resolve) => {
      socket.once('close', (status, reason) => resolve({ status, reason: reason.toString() }));
    });
    socket.on('message', (data) => this.#receive(data.toString()));
  }

  /** @param from loopback address to come from: some limits are by sender. */
  static async open(url: string, from = '127.0.0.1'): Promise<LoopbackConnection> {
    const socket = new WebSocket(new URL(CONTROL_PATH, url.replace('https:', 'wss:')), CONTROL_SUBPROTOCOL, {
      rejectUnauthorized: false,
      localAddress: from,
    });
    const pin = new Promise<ServerPin>((resolve) => {
      socket.once('upgrade', ({ socket }) => resolve(pinOfServer(socket as TLSSocket)));
    });
    const first = await new Promise<string>((resolve, reject) => {
      socket.once('message', (data) => resolve(data.toString()));
      socket.once('error', reject);
    });
    socket.on('error', () => {});
    const message = serverMessage.parse(JSON.parse(first));
    if (message.type !== 'challenge') throw new Error('the first message is no challenge');
    return new LoopbackConnection(socket, await pin, message);
  }

  /** @throws CausewayError with which the server refused. */
  async request<Method extends ControlMethod>(
    method: Method,
    params: ControlParams<Method>,
  ): Promise<ControlResult<Method>> {
    const id = this.#nextId++;
    const answer = new Promise<{ ok: boolean; result?: unknown; error?: unknown }>((resolve, reject) => {
      this.#answers.set(id, resolve);
      this.closed.then(({ status }) => reject(new Error(`closed with ${status}`)), reject);
    });
    this.sendText(JSON.stringify({ type: 'request', id, method, params }));
    const { ok, result, error } = await answer;
    if (!ok) throw fromWire(error as Parameters<typeof fromWire>[0]);
    return CONTROL_METHODS[method].result.parse(result) as ControlResult<Method>;
  }

  /** As it is, whatever its shape. */
  sendText(text: string | Uint8Array): void {
    this.#socket.send(text);
  }

  /** The next event of a kind, also one that came before. It is taken out of {@link events}. */
  async event<Kind extends ControlEvent['event']>(kind: Kind): Promise<Extract<ControlEvent, { event: Kind }>> {
    for (;;) {
      const at = this.events.findIndex((event) => event.event === kind);
      if (at >= 0) return this.events.splice(at, 1)[0] as Extract<ControlEvent, { event: Kind }>;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  activation(token: ActivationToken, keys: LoopbackKeys, name: string): ControlParams<'activate'> {
    return activationBy(this.challenge, token, keys, name);
  }

  authentication(machine: SelfFacts['id'], keys: LoopbackKeys): ControlParams<'authenticate'> {
    const transcript = authenticationTranscript(fromBase64url(this.challenge.nonce), this.#server, machine);
    return { machine, signature: keys.sign(transcript), os: 'test', agentVersion: '0' };
  }

  async close(): Promise<void> {
    this.#socket.close(1000);
    await this.closed;
  }

  #receive(text: string): void {
    const message = serverMessage.parse(JSON.parse(text));
    if (message.type === 'response') {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
    } else if (message.type === 'event') {
      this.events.push(message);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    }
  }
}

/** Of whoever is at the other end of a TLS connection; unchecked. */
export function pinOfServer(socket: TLSSocket): ServerPin {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new Error('the server has shown no certificate');
  return pinOf(certificate.publicKey);
}

/** What a machine shows to be activated. */
export function activationBy(
  challenge: Pick<Challenge, 'nonce' | 'ephemeral'>,
  token: ActivationToken,
  keys: LoopbackKeys,
  name: string,
): ControlParams<'activate'> {
  const nonce = fromBase64url(challenge.nonce);
  const transcript = activationTranscript(nonce, token.pin, token.subscription, keys.signingKey, keys.tunnelKey);
  return {
    subscription: token.subscription,
    secret: toBase64url(token.secret),
    name: parseLabel(name),
    signingKey: keys.signingKey,
    tunnelKey: keys.tunnelKey,
    signature: keys.sign(transcript),
    tunnelProof: keys.proof(challenge.ephemeral, transcript),
    os: 'test',
    agentVersion: '0',
  };
}

export interface LoopbackMachine {
  readonly keys: LoopbackKeys;
  readonly self: SelfFacts;
  readonly grantKey: SigningPublicKey;
  connection: LoopbackConnection;
}

/** Activates a new machine. @param token the full text. */
export async function activateMachine(
  url: string,
  token: string,
  name: string,
  keys: LoopbackKeys = new LoopbackKeys(),
  from?: string,
): Promise<LoopbackMachine> {
  const connection = await LoopbackConnection.open(url, from);
  const answer = await connection.request('activate', connection.activation(decodeToken(token), keys, name));
  return { keys, connection, ...answer };
}

/** Opens a new control connection of a machine that is activated. */
export async function returnMachine(url: string, machine: LoopbackMachine): Promise<void> {
  const connection = await LoopbackConnection.open(url);
  machine.connection = connection;
  await connection.request('authenticate', connection.authentication(machine.self.id, machine.keys));
}

function privateKey(kind: keyof typeof PKCS8, raw: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from(PKCS8[kind], 'hex'), raw]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
