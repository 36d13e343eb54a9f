import { expect, test } from 'vitest';
import { isExcepted } from './no-proxy.ts';

test.each([
  ['', 'relay.corp', 443, false],
  ['*', 'relay.corp', 443, true],
  ['corp', 'relay.corp', 443, true],
  ['.corp', 'relay.corp', 443, true],
  ['*.corp', 'Relay.Corp.', 443, true],
  ['corp', 'relaycorp', 443, false],
  ['relay.corp', 'relay.corp', 443, true],
  ['relay.corp:8443', 'relay.corp', 443, false],
  ['relay.corp:443', 'relay.corp', 443, true],
  ['a.example, relay.corp b.example', 'relay.corp', 443, true],
  ['10.0.0.0/8', '10.9.8.7', 443, true],
  ['10.0.0.0/33', '10.9.8.7', 443, false],
  ['10.0.0.0/8', '11.9.8.7', 443, false],
  ['10.1.1.1', '10.1.1.1', 443, true],
  ['fd00::/8', 'fd12::1', 443, true],
  ['[fd12::1]:443', 'fd12::1', 443, true],
  ['[fd12::1]:444', 'fd12::1', 443, false],
  ['', '127.0.0.1', 443, true],
  ['', 'localhost', 443, true],
  ['', '::1', 443, true],
])('NO_PROXY=%j and %s:%i: %s', (noProxy, host, port, expected) => {
  expect(isExcepted(noProxy, host, port)).toBe(expected);
});
