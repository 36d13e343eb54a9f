/**
 * Activation: trades a token for a place in the subscription. Proves possession of both private keys;
 * repeating it with the same keys gives the same machine.
 */
import type { SelfFacts } from '#protocol/control-messages.ts';
import { fromBase64url, toBase64url } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { DELEGATED, readDelegation } from '#protocol/lock/certificate.ts';
import { followLock } from '#protocol/lock/follow.ts';
import { lockKeyOf } from '#protocol/lock/key.ts';
import { signCertificate } from '#protocol/lock/signing.ts';
import { isLocked, type LockPin } from '#protocol/lock/statement.ts';
import type { Label } from '#protocol/names.ts';
import { activationTranscript, tunnelKeyProof } from '#protocol/proofs.ts';
import type { ActivationToken } from '#protocol/token.ts';
import type { Proxies } from '../proxy/proxies.ts';
import type { ServerClock } from '../server-clock.ts';
import type { Activation } from '../state/activation-file.ts';
import type { Identity } from '../state/identity.ts';
import { ControlConnection } from './connection.ts';
import type { Software } from './software.ts';

export interface ActivationRequest {
  readonly token: ActivationToken;
  readonly proxies?: Proxies | undefined;
  readonly name: Label;
  readonly identity: Identity;
  readonly software: Software;
  readonly clock: ServerClock;
  readonly signal: AbortSignal;
  /** The subscription's lock, if this machine was in it before. */
  readonly lock?: LockPin | undefined;
}

/**
 * @throws CausewayError TOKEN_UNKNOWN, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_EXHAUSTED, NAME_TAKEN, RATE_LIMITED,
 *   SERVER_UNREACHABLE, SERVER_PIN_MISMATCH, TIMED_OUT, LOCK_STATEMENT_REFUSED, LOCK_TOKEN_FOREIGN
 */
export async function activate(request: ActivationRequest): Promise<Activation> {
  const { token, identity } = request;
  const silent = {
    onEvent: () => undefined,
    onProven: () => undefined,
    onDoubtful: () => undefined,
    onClose: () => undefined,
  };
  const connection = await ControlConnection.open({ ...token, proxies: request.proxies }, silent, request.signal);
  try {
    const { nonce, ephemeral, serverTime } = connection.challenge;
    request.clock.learn(serverTime);
    const transcript = activationTranscript(
      fromBase64url(nonce),
      token.pin,
      token.subscription,
      identity.signingKey,
      identity.tunnelKey,
    );
    const { self, grantKey } = await connection.request('activate', {
      subscription: token.subscription,
      secret: toBase64url(token.secret),
      name: request.name,
      signingKey: identity.signingKey,
      tunnelKey: identity.tunnelKey,
      signature: toBase64url(identity.sign(transcript)),
      tunnelProof: toBase64url(tunnelKeyProof(identity.sharedSecret(ephemeral), transcript)),
      ...request.software,
    });
    const lock = await lockOf(connection, request, self);
    return { server: token.server, pin: token.pin, grantKey, self, wanted: 'up', ...(lock !== undefined && { lock }) };
  } finally {
    connection[Symbol.dispose]();
  }
}

/** The lock that holds from now on; a machine whose token was signed before signs itself. */
async function lockOf(
  connection: ControlConnection,
  { token, lock, identity }: ActivationRequest,
  self: SelfFacts,
): Promise<LockPin | undefined> {
  const { preSigned, subscription } = token;
  if (self.lock === undefined && preSigned === undefined) return lock;
  try {
    const pin = await followLock(
      lock,
      subscription,
      async (after) => (await connection.request('lock', { after })).steps,
    );
    if (preSigned === undefined) return pin;
    const { claims, signer } = await readDelegation(preSigned.delegation);
    if (!isLocked(pin) || !pin.held.keys.some(({ key }) => key === signer))
      throw new CausewayError('LOCK_TOKEN_FOREIGN');
    const { id, name, ipv4 } = self;
    const { sequence, iat, side } = claims;
    const own = { subscription, sequence, iat, id, key: identity.tunnelKey, name, ipv4, side };
    const certificate = await signCertificate(own, await lockKeyOf(preSigned.seed));
    await connection.request('certify', { certificate: preSigned.delegation + DELEGATED + certificate });
    return pin;
  } catch (error) {
    // A machine that will not take part is not to be left behind.
    if (lock === undefined) await connection.request('deactivate', {}).catch(() => undefined);
    throw error;
  } finally {
    preSigned?.seed.fill(0);
  }
}
