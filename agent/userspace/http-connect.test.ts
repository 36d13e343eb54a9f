import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { readConnect } from './http-connect.ts';

const said = (text: string) => readConnect(Buffer.from(text));
const answered = (text: string) => {
  const found = said(text);
  if (found === 'more' || !('wrong' in found)) throw new Error('it was not refused');
  return found.wrong.toString();
};

test.each([
  ['CONNECT sql01:1433 HTTP/1.1\r\nHost: sql01:1433\r\n\r\n', 'sql01', 1433],
  ['CONNECT [fd00::2]:443 HTTP/1.0\r\n\r\n', '[fd00::2]', 443],
])('%j', (text, host, port) => {
  expect(said(`${text}more`)).toEqual({ value: { host, port }, length: text.length });
});

test('what has not come whole is awaited, up to a limit', () => {
  expect(said('CONNECT sql01:1433 HTTP/1.1\r\nHost')).toBe('more');
  expect(answered('x'.repeat(LIMITS.USERSPACE_REQUEST_MAX_BYTES.value))).toMatch(/^HTTP\/1\.1 431 /);
});

test.each([
  ['GET http://web/ HTTP/1.1\r\n\r\n', '405'],
  ['CONNECT web HTTP/1.1\r\n\r\n', '405'],
  ['CONNECT web:0 HTTP/1.1\r\n\r\n', '405'],
  ['CONNECT user@web:80 HTTP/1.1\r\n\r\n', '405'],
  ['hello\r\n\r\n', '400'],
])('%j is refused with %s, in a sentence', (text, status) => {
  expect(answered(text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\n\\r\\n[A-Z][^]*\\.\\n$`));
});
