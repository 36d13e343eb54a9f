import { expect, test } from 'vitest';
import { defaultServerUrl, formatAddress, hostOf, parseListenAddress, parseServerUrl } from './listen-address.ts';

test.each([
  ['0.0.0.0:443', { host: '0.0.0.0', port: 443 }],
  ['[::1]:8443', { host: '::1', port: 8443 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
])('%s is an address to listen on', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
  expect(formatAddress(address)).toBe(text);
});

test.each(['', '443', ':443', 'host', 'host:', 'host:70000', '::1:443', '[host]:443', 'host:4a'])(
  '%j is none',
  (text) => {
    expect(() => parseListenAddress(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);

test.each([
  ['https://relay.example', 'https://relay.example'],
  ['https://relay.example:443/', 'https://relay.example'],
  ['https://[2001:db8::1]:8443', 'https://[2001:db8::1]:8443'],
])('%s is a server URL', (text, origin) => {
  expect(parseServerUrl(text)).toBe(origin);
});

test.each(['relay.example', 'http://relay.example', 'https://relay.example/path', 'https://me@relay.example'])(
  '%s is none',
  (text) => {
    expect(() => parseServerUrl(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);

test.each([
  [{ host: '0.0.0.0', port: 443 }, 'https://box'],
  [{ host: '::', port: 8443 }, 'https://box:8443'],
  [{ host: '192.0.2.1', port: 8443 }, 'https://192.0.2.1:8443'],
  [{ host: '2001:db8::1', port: 443 }, 'https://[2001:db8::1]'],
])('listening on %j is reached at %s', (address, url) => {
  expect(defaultServerUrl(address, 'box')).toBe(url);
});

test('the host of a URL is without brackets and port', () => {
  expect(hostOf('https://[2001:db8::1]:8443')).toBe('2001:db8::1');
  expect(hostOf('https://relay.example:8443')).toBe('relay.example');
});
