/**
 * How an activated machine says who it is: a signature over the server's challenge.
 */
import type { SelfFacts } from '#protocol/control-messages.ts';
import { fromBase64url, toBase64url } from '#protocol/encoding.ts';
import { isRefusal } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { authenticationTranscript } from '#protocol/proofs.ts';
import type { PinnedServer } from '../connection/pinned-socket.ts';
import type { ServerClock } from '../server-clock.ts';
import type { Identity } from '../state/identity.ts';
import { ControlConnection } from './connection.ts';
import type { Software } from './software.ts';

export interface Introduction {
  readonly machine: MachineId;
  readonly identity: Identity;
  readonly software: Software;
  /** Learns the server's time. */
  readonly clock: ServerClock;
}

/** @throws CausewayError AUTHENTICATION_FAILED, MACHINE_DISABLED, and what the connection throws */
export async function authenticate(connection: ControlConnection, introduction: Introduction): Promise<SelfFacts> {
  const { machine, identity, software, clock } = introduction;
  const { nonce, serverTime } = connection.challenge;
  clock.learn(serverTime);
  const signature = toBase64url(identity.sign(authenticationTranscript(fromBase64url(nonce), connection.pin, machine)));
  const { self } = await connection.request('authenticate', { machine, signature, ...software });
  return self;
}

/**
 * Removes the machine from its subscription. One that the server does not know (any more) has left already.
 * @throws CausewayError SERVER_UNREACHABLE, SERVER_PIN_MISMATCH, TIMED_OUT, MACHINE_DISABLED
 */
export async function deactivate(target: PinnedServer, introduction: Introduction, signal: AbortSignal): Promise<void> {
  const silent = {
    onEvent: () => undefined,
    onProven: () => undefined,
    onDoubtful: () => undefined,
    onClose: () => undefined,
  };
  const connection = await ControlConnection.open(target, silent, signal);
  try {
    await authenticate(connection, introduction);
    await connection.request('deactivate', {});
  } catch (error) {
    if (!isRefusal(error, 'AUTHENTICATION_FAILED')) throw error;
  } finally {
    connection[Symbol.dispose]();
  }
}
