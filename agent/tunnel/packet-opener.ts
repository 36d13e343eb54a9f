/**
 * From records back to adapter packets, each checked against the session's grant. A packet that came without
 * an offload header is copied once, behind ten zeros; one that came with it is a view of the plaintext.
 */
import type { AdapterPacket } from '#native/adapter.ts';
import { IPV4_HEADER_BYTES } from '#native/packets.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES, RECORD, RECORD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { DropReason } from './drops.ts';
import type { HeldGrant } from './held-grant.ts';
import type { TunnelRecord } from './records.ts';

/** The smallest packets grow the most when their record header becomes an offload header. */
const SCRATCH_BYTES = Math.ceil(
  (LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value * (OFFLOAD_HEADER_BYTES + IPV4_HEADER_BYTES)) /
    (RECORD_HEADER_BYTES + IPV4_HEADER_BYTES),
);

export class PacketOpener {
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);

  /**
   * The packets of one message, in order. Valid until the next call.
   * @param drop told of each packet that is left out
   */
  open(records: readonly TunnelRecord[], grant: HeldGrant, drop: (reason: DropReason) => void): AdapterPacket[] {
    const packets: AdapterPacket[] = [];
    let used = 0;
    for (const { type, body } of records) {
      if (type !== RECORD.PACKET && type !== RECORD.OFFLOADED) continue;
      const at = type === RECORD.OFFLOADED ? OFFLOAD_HEADER_BYTES : 0;
      const tooLarge = body.length - at > LIMITS.PACKET_MAX_BYTES.value;
      const refusal = tooLarge ? 'malformed-records' : grant.refusal(body, at);
      if (refusal !== undefined) {
        drop(refusal);
      } else if (type === RECORD.OFFLOADED) {
        packets.push(body);
      } else {
        const end = used + OFFLOAD_HEADER_BYTES + body.length;
        this.#scratch.fill(0, used, used + OFFLOAD_HEADER_BYTES);
        this.#scratch.set(body, used + OFFLOAD_HEADER_BYTES);
        packets.push(this.#scratch.subarray(used, end));
        used = end;
      }
    }
    return packets;
  }
}
