import { expect, test } from 'vitest';
import { parseExposure, parseForward, parseProxyPort } from './mappings.ts';

test.each([
  ['1433:sql01:1433', { transport: 'tcp', port: 1433, to: { host: 'sql01', port: 1433 } }],
  ['udp/1434:sql01:1434', { transport: 'udp', port: 1434, to: { host: 'sql01', port: 1434 } }],
  ['tcp/8080:[fd00::2]:80', { transport: 'tcp', port: 8080, to: { host: '[fd00::2]', port: 80 } }],
])('--forward %s', (text, forward) => {
  expect(parseForward(text)).toEqual(forward);
});

test.each([
  ['8080', { transport: 'tcp', port: 8080, localPort: 8080 }],
  ['80:8080', { transport: 'tcp', port: 80, localPort: 8080 }],
  ['udp/53:5353', { transport: 'udp', port: 53, localPort: 5353 }],
])('--expose %s', (text, exposure) => {
  expect(parseExposure(text)).toEqual(exposure);
});

test('--proxy takes a port or off', () => {
  expect(parseProxyPort('1080')).toBe(1080);
  expect(parseProxyPort('off')).toBeUndefined();
});

test.each([
  () => parseForward('1433:sql01'),
  () => parseForward('0:sql01:1433'),
  () => parseForward('1433:sql01:65536'),
  () => parseForward('icmp/1:sql01:1'),
  () => parseForward('1433:sql01/x:1433'),
  () => parseExposure(''),
  () => parseExposure('70000'),
  () => parseExposure('80:'),
  () => parseProxyPort('0'),
  () => parseProxyPort('on'),
])('what can not be meant is refused (%#)', (parse) => {
  expect(parse).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
