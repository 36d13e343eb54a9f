import { describe, expect, test } from 'vitest';
import { LIMITS } from './limits.ts';

const value = (name: keyof typeof LIMITS) => LIMITS[name].value;

describe.each(Object.entries(LIMITS))('%s', (name, limit) => {
  test('is a whole positive number, and says why', () => {
    expect(Number.isSafeInteger(limit.value) && limit.value > 0).toBe(true);
    expect(limit.why).toMatch(/^[A-Z`].{15,}\.$/s);
  });

  test('carries its unit in its name', () => {
    const endings = { BYTES: 'bytes', US: 'µs', MS: 'ms', S: 's', MESSAGES: 'messages', CHARACTERS: 'characters' };
    const ending = name.split('_').at(-1) ?? '';
    if (ending in endings) expect(limit.unit).toBe(endings[ending as keyof typeof endings]);
    else expect(['entries', 'packets', 'messages', 'frames', 'bytes', 'times', 'per second']).toContain(limit.unit);
  });
});

describe('the numbers fit together', () => {
  test.each([
    ['a sync of all its peers fits a control message', value('SYNC_PEERS_MAX') * 35 + 200, 'CONTROL_MESSAGE_MAX_BYTES'],
    ['a page of peers fits a control message', value('PEERS_PER_PAGE') * 300, 'CONTROL_MESSAGE_MAX_BYTES'],
    ['a rekey is due before the session is rejected', value('REKEY_AFTER_MS'), 'REJECT_AFTER_MS'],
    ['a rekey has time for its retries', value('REKEY_AFTER_MS') + value('HANDSHAKE_GIVE_UP_MS'), 'REJECT_AFTER_MS'],
    ['a keepalive comes before the peer counts as dead', value('KEEPALIVE_AFTER_MS'), 'PEER_DEAD_AFTER_MS'],
    ['retries begin before giving up', value('HANDSHAKE_RETRY_MS'), 'HANDSHAKE_GIVE_UP_MS'],
    ['a ping is over before the next one', value('PING_TIMEOUT_MS'), 'PING_INTERVAL_MS'],
    ['back-off grows', value('RECONNECT_MIN_MS'), 'RECONNECT_MAX_MS'],
    ['a socket holds less than its queue', value('RELAY_SOCKET_HIGH_WATER_BYTES'), 'RELAY_QUEUE_MAX_BYTES'],
    ['queued frames fit their queue', value('RELAY_FRAME_MAX_BYTES'), 'RELAY_QUEUE_MAX_BYTES'],
    ['a pending super-packet fits its queue', value('PACKET_MAX_BYTES'), 'PENDING_BYTES_PER_PEER'],
    ['a ticket is shorter than a grant', value('TICKET_LIFETIME_S'), 'GRANT_LIFETIME_S'],
  ] as const)('%s', (_name, small, large) => {
    expect(small).toBeLessThanOrEqual(value(large));
  });
});
