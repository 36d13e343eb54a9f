/** Machines that wait for the signature of a lock, for tests. */
import { toBase64url } from '../encoding.ts';
import { type SubscriptionId, tunnelPublicKey } from '../ids.ts';
import { parseLabel } from '../names.ts';
import type { LockMachine } from '../rest/lock.ts';
import { machineIdOf } from './certificate.ts';

const ACTIVATED_AT = '2026-05-01T12:00:00.000Z';

/** @returns what makes one; `number` is each byte of its key, and the end of its IPv4 address */
export function waitingMachines(
  subscription: SubscriptionId,
): (name: string, side: LockMachine['side'], number: number) => LockMachine {
  return (name, side, number) => {
    const key = tunnelPublicKey.parse(toBase64url(new Uint8Array(32).fill(number)));
    return {
      id: machineIdOf(subscription, key),
      name: parseLabel(name),
      kind: 'local-endpoint',
      key,
      ipv4: `100.64.0.${number}`,
      side,
      state: 'waiting',
      certificate: false,
      signedUntil: null,
      activatedAt: ACTIVATED_AT,
    };
  };
}
