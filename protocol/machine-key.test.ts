import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex } from './encoding.ts';
import { machineId } from './ids.ts';
import { machineKey, machineKeyOf, machineOf } from './machine-key.ts';

const ids = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));

test('every machine has a key of its own, wherever its bytes lie, and the key says which machine', () => {
  fc.assert(
    fc.property(ids, ids, fc.nat(20), (one, other, before) => {
      const bytes = Uint8Array.from([...new Uint8Array(before), ...fromHex(one), 7]);
      const key = machineKey(bytes, before);
      expect(key).toBe(machineKeyOf(machineId.parse(one)));
      expect(machineOf(key)).toBe(one);
      expect(key === machineKeyOf(machineId.parse(other))).toBe(one === other);
    }),
  );
});

test.each(['00'.repeat(16), 'ff'.repeat(16), 'd8'.repeat(16), '00d8'.repeat(8)])('%s', (id) => {
  expect(machineOf(machineKeyOf(machineId.parse(id)))).toBe(id);
});
