import { expect, test } from 'vitest';
import { localAddress } from './local-address.ts';

test.each(['/', '/s/contoso/groups', '/s/contoso/audit?search=a%2Fb#top'])('%s stays', (address) => {
  expect(localAddress(address)).toBe(address);
});

test.each([
  'https://example.com/',
  '//example.com',
  '/\\example.com',
  '/\t/example.com',
  '/\n/example.com',
  '/.//example.com',
  'javascript:alert(1)',
  's/contoso',
  '',
  7,
  undefined,
])('%j leads elsewhere', (address) => {
  expect(localAddress(address)).toBeUndefined();
});
