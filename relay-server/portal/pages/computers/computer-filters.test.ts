import { expect, test } from 'vitest';
import { machineQuery } from '#protocol/rest/machines.ts';
import {
  isFiltered,
  machineParameters,
  sortedBy,
  sortingOf,
  validComputerFilters,
  validComputerTab,
} from './computer-filters.ts';

test('an address is read as it was written', () => {
  const filters = { search: 'sql', group: 'none', kind: 'local-endpoint', state: 'offline', sort: 'os' } as const;
  expect(validComputerFilters({ ...filters, order: 'descending' })).toEqual({ ...filters, order: 'descending' });
});

test('what makes no sense is left out, and a number was meant as a text', () => {
  expect(validComputerFilters({ search: ' ', state: 'asleep', kind: 3, sort: 'name', order: 'ascending' })).toEqual({});
  expect(validComputerFilters({ search: 10, evil: '<script>' })).toEqual({ search: '10' });
  expect(validComputerFilters({ search: 'x'.repeat(100) }).search).toHaveLength(63);
  expect(validComputerFilters({ group: 'a', role: 'b' })).toEqual({ role: 'b' });
  expect(validComputerFilters({ group: ['a'] })).toEqual({});
  expect(validComputerTab({ tab: 'peers' })).toEqual({ tab: 'peers' });
  expect(validComputerTab({ tab: 'status' })).toEqual({});
  expect(validComputerTab({ tab: 'nothing' })).toEqual({});
});

test('the API takes whatever an address can say', () => {
  for (const sort of machineQuery.shape.sort.unwrap().options) {
    const filters = validComputerFilters({ sort, order: 'descending', group: 'none', search: 'a', state: 'disabled' });
    expect(machineQuery.safeParse(machineParameters(filters))).toMatchObject({ success: true, data: { sort } });
  }
});

test('sorting goes there and back, and is no filter', () => {
  const filters = validComputerFilters({ search: 'sql' });
  const sorted = sortedBy(filters, { id: 'lastSeenAt', desc: true });
  expect(sortingOf(sorted)).toEqual({ id: 'lastSeenAt', desc: true });
  expect(sortedBy(sorted, { id: 'name', desc: false })).toEqual(filters);
  expect(isFiltered(sortedBy({}, { id: 'os', desc: true }))).toBe(false);
  expect(isFiltered(filters)).toBe(true);
});
