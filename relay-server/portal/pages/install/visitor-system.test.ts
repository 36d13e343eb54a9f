import { expect, test } from 'vitest';
import { systemOf } from './visitor-system.ts';

const MAC_SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15';

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', undefined, 0, 'linux'],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36', 'Linux', 0, 'linux'],
  ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/130.0.0.0', 'Chrome OS', 10, 'linux'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0', 'Windows', 10, 'windows'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0', undefined, 0, 'windows'],
  [MAC_SAFARI, undefined, 0, 'macos'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/130.0.0.0', 'macOS', 0, 'macos'],
  ['Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0 Mobile', undefined, 5, 'phone'],
  ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/130.0 Mobile', 'Android', 5, 'phone'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5', undefined, 5, 'phone'],
  // An iPad in its usual mode can only be told by its fingers.
  [MAC_SAFARI, undefined, 5, 'phone'],
  ['curl/8.5.0', undefined, 0, 'unknown'],
  ['', '', 0, 'unknown'],
])('%s, %s, %i fingers: %s', (userAgent, platform, touchPoints, system) => {
  expect(systemOf({ userAgent, platform, touchPoints })).toBe(system);
});
