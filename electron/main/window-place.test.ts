import { expect, test } from 'vitest';
import { visiblePlace } from './window-place.ts';

const SCREENS = [
  { x: 0, y: 0, width: 1280, height: 770 },
  { x: 1280, y: -200, width: 1920, height: 1080 },
];

test.each([
  ['on the first screen', 100, 100, true],
  ['on the second', 2000, -150, true],
  ['partly beside the screens', -300, 10, true],
  ['too far beside them', -400, 10, false],
  ['with its head above', 100, -30, false],
  ['below', 100, 765, false],
  ['on a screen that is gone', 5000, 100, false],
])('%s', (_where, x, y, kept) => {
  const place = { x, y, width: 420, height: 640 };
  expect(visiblePlace(place, SCREENS)).toEqual(kept ? place : { width: 420, height: 640 });
});

test('without a place there is a size', () => {
  expect(visiblePlace({ x: 3, width: 500, height: 600 }, SCREENS)).toEqual({ width: 500, height: 600 });
});
