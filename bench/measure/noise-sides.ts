/**
 * What the Noise handshake alone costs each side, without tunnel and grant, by protocol.
 */
import { randomBytes } from 'node:crypto';
import { DhKeyPair } from '#agent/tunnel/noise/dh.ts';
import { HandshakeState, type Role } from '#agent/tunnel/noise/handshake-state.ts';
import { parseProtocolName } from '#agent/tunnel/noise/suite.ts';
import { measureCpu } from './cpu.ts';

/** CPU-seconds of each side for so many handshakes. */
export interface NoiseCost {
  readonly sessions: number;
  readonly initiators: number;
  readonly responder: number;
}

const BATCH = 64;
/** About as long as a grant. */
const PAYLOAD = randomBytes(700);

/** @param protocol `Noise_IK_25519_AESGCM_SHA256` and the like */
export async function measureNoise(protocol: string, forMs: number): Promise<NoiseCost> {
  const suite = parseProtocolName(protocol);
  const keys = { initiator: new DhKeyPair(randomBytes(32)), responder: new DhKeyPair(randomBytes(32)) };
  const remoteStatic = keys.responder.publicKey;
  const side = (role: Role) => {
    const options = { suite, role, prologue: new Uint8Array(52), staticKey: keys[role], random: randomBytes };
    return new HandshakeState(role === 'initiator' ? { ...options, remoteStatic } : options);
  };
  const batch = Array.from({ length: BATCH }, (_, index) => index);
  const sum = { sessions: 0, initiators: 0, responder: 0 };
  for (const end = performance.now() + forMs; performance.now() < end; sum.sessions += BATCH) {
    const begun: { readonly state: HandshakeState; readonly message: Uint8Array }[] = [];
    const answers: Uint8Array[] = [];
    sum.initiators += await measureCpu(() => {
      for (const _ of batch) {
        const state = side('initiator');
        begun.push({ state, message: state.writeMessage(PAYLOAD) });
      }
    });
    sum.responder += await measureCpu(() => {
      for (const { message } of begun) {
        const state = side('responder');
        state.readMessage(message);
        answers.push(state.writeMessage(new Uint8Array(2)));
        state.split();
      }
    });
    sum.initiators += await measureCpu(() => {
      for (const [index, { state }] of begun.entries()) {
        state.readMessage(answers[index] ?? PAYLOAD);
        state.split();
      }
    });
  }
  return sum;
}
