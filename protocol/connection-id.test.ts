import { expect, test } from 'vitest';
import { connectionId } from './connection-id.ts';

test.each([
  ['dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBs'],
  ['a+/b-_cd', 'abcd'],
  ['', ''],
])('%j is called %j', (shared, id) => {
  expect(connectionId(shared)).toBe(id);
});
