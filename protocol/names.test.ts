import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullName, label, labelFromHostName, parseLabel, suffixOf } from './names.ts';

test.each([
  ['SQL01', 'sql01'],
  ['  web-1 ', 'web-1'],
  ['a', 'a'],
  ['0', '0'],
  ['a'.repeat(63), 'a'.repeat(63)],
])('parseLabel(%j) is %j', (text, expected) => {
  expect(parseLabel(text)).toBe(expected);
});

test.each(['', '-a', 'a-', 'a.b', 'a_b', 'a b', 'bücher', 'a'.repeat(64), 'a\n b', '\u212A'])(
  'parseLabel(%j) is refused',
  (text) => {
    expect(() => parseLabel(text)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  },
);

test.each([
  ['SQL01', 'sql01'],
  ['SQL01.corp.local', 'sql01'],
  ['my_host', 'my-host'],
  ["Anna's PC", 'anna-s-pc'],
  ['--x--', 'x'],
  ['', 'computer'],
  ['...', 'computer'],
  ['電腦', 'computer'],
  [`${'a'.repeat(62)}_b`, 'a'.repeat(62)],
])('labelFromHostName(%j) is %j', (hostName, expected) => {
  expect(labelFromHostName(hostName)).toBe(expected);
});

test('whatever the operating system says, the result is a label', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (hostName) => {
      expect(label.safeParse(labelFromHostName(hostName)).success).toBe(true);
    }),
  );
});

test('full names', () => {
  const contoso = parseLabel('contoso');
  expect(suffixOf(contoso)).toBe('contoso.causeway.internal');
  expect(fullName(parseLabel('sql01'), contoso)).toBe('sql01.contoso.causeway.internal');
});
