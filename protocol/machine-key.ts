/**
 * Machine ids as keys of a Map: strings that are made from the raw bytes of every frame's header, or nearly. Two
 * bytes to a character, each named: spreading the bytes as arguments takes ten times as long.
 */
import { fromHex, toHex } from './encoding.ts';
import { ID_BYTES, type MachineId } from './ids.ts';

declare const KEY: unique symbol;
export type MachineKey = string & { readonly [KEY]: true };

/** @param bytes the 16 of a machine id, from `at` */
export function machineKey(bytes: Uint8Array, at = 0): MachineKey {
  return String.fromCharCode(
    pair(bytes, at),
    pair(bytes, at + 2),
    pair(bytes, at + 4),
    pair(bytes, at + 6),
    pair(bytes, at + 8),
    pair(bytes, at + 10),
    pair(bytes, at + 12),
    pair(bytes, at + 14),
  ) as MachineKey;
}

export function machineKeyOf(machine: MachineId): MachineKey {
  return machineKey(fromHex(machine));
}

export function machineOf(key: MachineKey): MachineId {
  const bytes = new DataView(new ArrayBuffer(ID_BYTES));
  for (let at = 0; at < key.length; at++) bytes.setUint16(2 * at, key.charCodeAt(at));
  return toHex(new Uint8Array(bytes.buffer)) as MachineId;
}

function pair(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
