import { expect, test } from 'vitest';
import { layerPicture, medianLines, shapeOf, withPicture } from './layer-picture.ts';

const file = (path: string, lines: number) => ({ path, lines, text: '' });
const FILES = [
  file('agent/a.ts', 30),
  file('agent/a.test.ts', 500),
  file('protocol/p.ts', 10),
  file('vitest.config.ts', 5),
];
const IMPORTS = [
  { from: 'agent/a.ts', to: 'protocol/p.ts' },
  { from: 'agent/b.ts', to: 'protocol/p.ts' },
  { from: 'agent/a.ts', to: 'agent/b.ts' },
  { from: 'agent/a.test.ts', to: 'lab/x.ts' },
];
const PAGE = 'before\n<!-- layers: written by `npm run docs` -->\nold\n<!-- end of layers -->\nafter\n';

test('draws each arrow between folders once, and those of tests not at all', () => {
  expect(layerPicture(FILES, IMPORTS).match(/^ {2}.*-->.*$/gm)).toEqual(['  agent --> protocol']);
});

test('counts code and tests apart, and names the largest file', () => {
  const picture = layerPicture(FILES, IMPORTS);
  expect(picture).toContain('| `agent/` | 1 | 30 | 30 | 1 | 500 |');
  expect(picture).toContain('Largest file: `agent/a.test.ts`, 500 lines. Median file: 30 lines, of 4.');
});

test('medianLines is the upper median', () => {
  expect(medianLines([3, 1, 2].map((lines) => file('x.ts', lines)))).toBe(2);
  expect(medianLines([4, 1, 2, 3].map((lines) => file('x.ts', lines)))).toBe(3);
  expect(medianLines([])).toBe(0);
});

test('the picture goes between the markers, as often as one likes', () => {
  const once = withPicture(PAGE, 'new');
  expect(once).toMatch(/^before\n<!--.*-->\n\nnew\n\n<!--.*-->\nafter\n$/);
  expect(withPicture(once, 'new')).toBe(once);
  expect(() => withPicture('no markers', 'new')).toThrow(/lacks/);
});

test('a line more leaves the shape as it was, an arrow more does not', () => {
  const shape = (files: typeof FILES, imports: typeof IMPORTS) =>
    shapeOf(withPicture(PAGE, layerPicture(files, imports)));
  const before = shape(FILES, IMPORTS);
  expect(shape([file('agent/z.ts', 900), ...FILES], IMPORTS)).toBe(before);
  expect(shape(FILES, [...IMPORTS, { from: 'native/n.ts', to: 'protocol/p.ts' }])).not.toBe(before);
  expect(shape([file('native/n.ts', 1), ...FILES], IMPORTS)).not.toBe(before);
});
