/** Packets that a machine sends to the address that they come from: to itself, whatever that address is. Pure. */
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { AdapterPacket } from '../adapter.ts';
import { ipVersion } from '../packets.ts';

/** RFC 791 and RFC 8200 §3: where the two addresses lie. */
const FIELDS = { 4: { at: 12, bytes: 4 }, 6: { at: 8, bytes: 16 } } as const;

export function isToItself(packet: AdapterPacket): boolean {
  const version = ipVersion(packet, OFFLOAD_HEADER_BYTES);
  if (version !== 4 && version !== 6) return false;
  const { at, bytes } = FIELDS[version];
  const source = OFFLOAD_HEADER_BYTES + at;
  for (let i = source; i < source + bytes; i++) if (packet[i] !== packet[i + bytes]) return false;
  return true;
}
