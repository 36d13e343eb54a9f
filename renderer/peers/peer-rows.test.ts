import { expect, it } from 'vitest';
import type { ReachablePeer } from '#electron/ipc/schema.ts';
import { listedPeer } from '#protocol/control-messages.ts';
import type { PeerStatus } from '#protocol/status.ts';
import { peerRows } from './peer-rows.ts';

const peer = (number: number, name: string, online = true): ReachablePeer => ({
  ...listedPeer.parse({
    id: String(number).repeat(32),
    name,
    ipv4: `100.64.0.${number}`,
    ipv6: `fd00::${number}`,
    memberOf: 'Servers',
    online,
  }),
  session: null,
});
const session = ({ id, name, ipv4, ipv6 }: ReachablePeer, state: PeerStatus['state']): PeerStatus => ({
  id,
  name,
  ipv4,
  ipv6,
  state,
  provenAt: 1,
  roundTripMs: 7,
  receivedBytes: 10,
  sentBytes: 20,
  grantExpiresAt: null,
  error: null,
});
const [FS, SQL, PRINT] = [peer(1, 'fs01'), peer(2, 'sql01'), peer(3, 'print01', false)];
const PEERS = [FS, SQL, PRINT];

it('takes the figures of the session as it is now', () => {
  const old = { ...FS, session: session(FS, 'connected') };
  expect(peerRows([old], [], '')[0]).toMatchObject({ state: 'idle', roundTripMs: null, receivedBytes: 0 });
  expect(peerRows([FS], [session(FS, 'connected')], '')[0]).toMatchObject({ state: 'connected', roundTripMs: 7 });
  expect(peerRows([FS], [session(FS, 'unreachable')], '')[0]).toMatchObject({ roundTripMs: null, sentBytes: 20 });
});

it('calls offline who is, unless a session says otherwise', () => {
  expect(peerRows([PRINT], [], '')[0]?.state).toBe('offline');
  expect(peerRows([PRINT], [session(PRINT, 'idle')], '')[0]?.state).toBe('offline');
  expect(peerRows([PRINT], [session(PRINT, 'connected')], '')[0]?.state).toBe('connected');
});

it.each([
  ['', 3],
  [' SQL ', 1],
  ['100.64.0.3', 1],
  ['fd00::', 3],
  ['servers', 3],
  ['nobody', 0],
])('finds by %j %d', (search, count) => expect(peerRows(PEERS, [], search)).toHaveLength(count));
