/**
 * Activation: trades a token for a place in the subscription. Proves possession of both private keys;
 * repeating it with the same keys gives the same machine.
 */
import { fromBase64url, toBase64url } from '#protocol/encoding.ts';
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
}

/**
 * @throws CausewayError TOKEN_UNKNOWN, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_EXHAUSTED, NAME_TAKEN, RATE_LIMITED,
 *   SERVER_UNREACHABLE, SERVER_PIN_MISMATCH, TIMED_OUT
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
    return { server: token.server, pin: token.pin, grantKey, self, wanted: 'up' };
  } finally {
    connection[Symbol.dispose]();
  }
}
