import { expect, test } from 'vitest';
import { machineId } from '#protocol/ids.ts';
import { parseLabel } from '#protocol/names.ts';
import type { ReachablePeer } from '../ipc/schema.ts';
import { refreshOf } from './policy-refresh.ts';

const peer = (digit: number, name = `pc${digit}`): ReachablePeer => ({
  id: machineId.parse(String(digit).repeat(32)),
  name: parseLabel(name),
  ipv4: '100.64.0.1',
  ipv6: 'fd00::1',
  memberOf: 'staff',
  online: true,
  session: null,
});

test('names who came and who went; who was only renamed did neither', () => {
  const before = [peer(1), peer(2), peer(3, 'zoe')];
  const after = [peer(2, 'renamed'), peer(4, 'sql01'), peer(5, 'anna')];
  expect(refreshOf(before, after, 9, 12)).toEqual({
    at: 9,
    policyVersion: 12,
    gained: ['anna', 'sql01'],
    lost: ['pc1', 'zoe'],
  });
});
