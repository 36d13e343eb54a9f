import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MachineId } from '#protocol/ids.ts';
import type { Label } from '#protocol/names.ts';
import { type Named, NameOrder } from './name-order.ts';

const name = fc.stringMatching(/^[a-c]{1,3}$/).map((text) => text as Label);
const change = fc.record({ put: fc.boolean(), name, id: fc.nat().map((number) => String(number) as MachineId) });

test('is a map sorted by name, whatever is put and removed', () => {
  fc.assert(
    fc.property(fc.array(change), fc.option(name, { nil: undefined }), (changes, after) => {
      const order = new NameOrder<Named>();
      const plain = new Map<Label, Named>();
      for (const { put, name, id } of changes) {
        if (put) {
          order.put({ id, name });
          plain.set(name, { id, name });
        } else {
          order.remove(name);
          plain.delete(name);
        }
      }
      const sorted = [...plain.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(order.size).toBe(sorted.length);
      expect([...order.after(after)]).toEqual(sorted.filter((item) => after === undefined || item.name > after));
    }),
  );
});
