/**
 * What two machines say to each other through the relay: the payload of DATA frames. This file is the
 * specification of the layouts; the handshake itself is Noise (agent/tunnel/noise). All numbers are
 * big-endian.
 *
 *     HANDSHAKE_INIT      type(1) senderIndex(4) noise message 1
 *     HANDSHAKE_RESPONSE  type(1) receiverIndex(4) senderIndex(4) noise message 2
 *     UNKNOWN_SESSION     type(1) receiverIndex(4)      unauthenticated hint: "start a handshake with me"
 *     DATA                type(1) receiverIndex(4) counter(8) ciphertext tag(16)
 *
 * Noise payload of message 1: version(1) timestamp(8, ms of the Unix epoch) ciphers(1, bit set) grant (ASCII JWT).
 * Noise payload of message 2: version(1) cipher(1, one bit).
 *
 * Noise prologue: "causeway tunnel v1\0" initiatorId(16) responderId(16), the ids as the relay names them.
 * The keys that the handshake leaves are the data keys, used with the cipher of message 2.
 *
 * Plaintext of DATA: records, one behind the other:
 *
 *     KEEPALIVE   type(1) length(3) = 0
 *     PACKET      type(1) length(3) ip packet
 *     OFFLOADED   type(1) length(3) virtio_net_hdr(10) ip packet
 *     PROBE       type(1) length(3) = 8, bytes of the sender's choice; answered with PROBE_REPLY
 *     PROBE_REPLY type(1) length(3) = 8, those bytes
 *     ARRIVED     type(1) length(3) = 12, receiverIndex(4) counter(8): of the session that the receiver of this
 *                 record addresses by that index, the greatest counter that has arrived
 *
 * Records of unknown type are skipped. A record that ends behind the plaintext makes the whole message
 * be dropped: it was authenticated, so the sender is broken or hostile.
 */

export const TUNNEL_VERSION = 1;

export const TUNNEL_MESSAGE = { HANDSHAKE_INIT: 1, HANDSHAKE_RESPONSE: 2, UNKNOWN_SESSION: 3, DATA: 4 } as const;

export const RECORD = { KEEPALIVE: 0, PACKET: 1, OFFLOADED: 2, PROBE: 3, PROBE_REPLY: 4, ARRIVED: 5 } as const;

/** Bits of the cipher offer; the higher one that both have wins. */
export const CIPHER_BIT = { 'chacha20-poly1305': 1, 'aes-256-gcm': 2 } as const;
export type DataCipher = keyof typeof CIPHER_BIT;

export const INDEX_BYTES = 4;
export const COUNTER_BYTES = 8;
export const TAG_BYTES = 16;
export const DATA_HEADER_BYTES = 1 + INDEX_BYTES + COUNTER_BYTES;
export const DATA_OVERHEAD_BYTES = DATA_HEADER_BYTES + TAG_BYTES;
export const HANDSHAKE_INIT_HEADER_BYTES = 1 + INDEX_BYTES;
export const HANDSHAKE_RESPONSE_HEADER_BYTES = 1 + 2 * INDEX_BYTES;
export const UNKNOWN_SESSION_BYTES = 1 + INDEX_BYTES;
export const RECORD_HEADER_BYTES = 4;
/** Legacy struct virtio_net_hdr (virtio 1.3 §5.1.6, without num_buffers): flags, gso_type, hdr_len, gso_size, csum_start, csum_offset. Fields little-endian. */
export const OFFLOAD_HEADER_BYTES = 10;
export const PROBE_BYTES = 8;
export const ARRIVED_BYTES = INDEX_BYTES + COUNTER_BYTES;
