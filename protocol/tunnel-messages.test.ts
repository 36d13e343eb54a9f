import { expect, test } from 'vitest';
import { FRAME_HEADER_BYTES } from './frames.ts';
import { LIMITS } from './limits.ts';
import {
  CIPHER_BIT,
  COUNTER_BYTES,
  DATA_HEADER_BYTES,
  DATA_OVERHEAD_BYTES,
  HANDSHAKE_INIT_HEADER_BYTES,
  INDEX_BYTES,
  OFFLOAD_HEADER_BYTES,
  RECORD,
  RECORD_HEADER_BYTES,
  TAG_BYTES,
  TUNNEL_MESSAGE,
} from './tunnel-messages.ts';

test('the layouts as they are on the wire', () => {
  expect(TUNNEL_MESSAGE).toEqual({ HANDSHAKE_INIT: 1, HANDSHAKE_RESPONSE: 2, UNKNOWN_SESSION: 3, DATA: 4 });
  expect(RECORD).toEqual({ KEEPALIVE: 0, PACKET: 1, OFFLOADED: 2, PROBE: 3, PROBE_REPLY: 4, ARRIVED: 5 });
  expect(CIPHER_BIT).toEqual({ 'chacha20-poly1305': 1, 'aes-256-gcm': 2 });
  expect(DATA_HEADER_BYTES).toBe(13);
  expect(DATA_OVERHEAD_BYTES).toBe(DATA_HEADER_BYTES + TAG_BYTES);
});

test('a super-packet with its headers fits the plaintext, and the record length its three bytes', () => {
  const largest = RECORD_HEADER_BYTES + OFFLOAD_HEADER_BYTES + LIMITS.PACKET_MAX_BYTES.value;
  expect(largest).toBeLessThanOrEqual(LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value);
  expect(LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value).toBeLessThan(2 ** 24);
});

test('the largest tunnel message exactly fills the largest frame', () => {
  expect(LIMITS.RELAY_FRAME_MAX_BYTES.value).toBe(
    FRAME_HEADER_BYTES + DATA_OVERHEAD_BYTES + LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value,
  );
});

test('the largest handshake message fits its cap', () => {
  const kemPublicKey = 1_184;
  const keys = 32 + (kemPublicKey + TAG_BYTES) + (32 + TAG_BYTES);
  const payload = 1 + 8 + 1 + LIMITS.GRANT_MAX_CHARACTERS.value + TAG_BYTES;
  const largest = HANDSHAKE_INIT_HEADER_BYTES + keys + payload;
  expect(largest).toBeLessThanOrEqual(LIMITS.HANDSHAKE_MESSAGE_MAX_BYTES.value);
});

test('a key is worn out long before its counter is', () => {
  expect(LIMITS.REJECT_AFTER_MESSAGES.value).toBeGreaterThan(LIMITS.REKEY_AFTER_MESSAGES.value);
  expect(LIMITS.REJECT_AFTER_MESSAGES.value).toBeLessThan(2 ** (8 * COUNTER_BYTES));
  expect(INDEX_BYTES).toBe(4);
});
