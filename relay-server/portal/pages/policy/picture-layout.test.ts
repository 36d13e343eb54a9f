import { expect, test } from 'vitest';
import { bowPath, layOut, loopPath, NARROW, NODE_HEIGHT, viewOf, WIDE } from './picture-layout.ts';

const ids = (count: number, of: string) => Array.from({ length: count }, (_, index) => `${of}${index}`);

test.each([WIDE, NARROW])('roles stand left of groups, none on another: %o', (sizes) => {
  const { places, width, height } = layOut(ids(3, 'r'), ids(7, 'g'), sizes);
  const boxes = [...places.values()];
  expect(boxes).toHaveLength(10);
  for (const [index, a] of boxes.entries()) {
    expect(a.x + sizes.nodeWidth).toBeLessThanOrEqual(width);
    expect(a.y + NODE_HEIGHT).toBeLessThanOrEqual(height);
    for (const b of boxes.slice(index + 1)) {
      expect(Math.abs(a.x - b.x) >= sizes.nodeWidth || Math.abs(a.y - b.y) >= NODE_HEIGHT).toBe(true);
    }
  }
  expect(places.get('r0')?.x).toBeLessThan(places.get('g0')?.x ?? 0);
});

test('the shorter column stands in the middle, but never far down', () => {
  const small = layOut(ids(1, 'r'), ids(3, 'g'));
  expect(small.places.get('r0')?.y).toBe(small.places.get('g1')?.y);
  const large = layOut(ids(1, 'r'), ids(500, 'g'));
  expect(large.places.get('r0')?.y).toBeLessThan(400);
});

test('an empty column has its heading and a place', () => {
  const { headings, height } = layOut([], []);
  expect(headings.groups.x).toBeGreaterThan(headings.roles.x);
  expect(height).toBeGreaterThan(NODE_HEIGHT);
});

test('what fits is shown whole in the middle, what does not from its beginning', () => {
  expect(viewOf({ width: 500, height: 300 }, 1_000, 700)).toEqual({ x: 250, y: 200, zoom: 1 });
  const long = viewOf({ width: 900, height: 40_000 }, 1_000, 700);
  expect(long.zoom).toBe(0.85);
  expect(viewOf({ width: 9_000, height: 40_000 }, 1_000, 700).zoom).toBe(0.6);
  expect(long.y).toBeLessThan(40);
});

test('bows and loops are at the right of what they connect', () => {
  const bow = bowPath({ x: 100, y: 0 }, { x: 100, y: 200 });
  expect(bow.path).toMatch(/^M 100 0 C .+ 100 200$/);
  expect(bow.label.x).toBeGreaterThan(100);
  expect(bow.label.y).toBe(100);
  expect(bowPath({ x: 100, y: 0 }, { x: 100, y: 9_000 }).label.x).toBe(100 + WIDE.bows);
  expect(loopPath({ x: 100, y: 50 }).label).toEqual({ x: 130, y: 6 });
});
