import { expect, test } from 'vitest';
import { judgeSizes, judgeWords } from './house-rules.ts';

const file = (path: string, text: string) => ({ path, text, lines: text.split('\n').length - 1 });

test('a file of 400 lines may stay, longer ones are named, the longest first', () => {
  const files = [400, 401, 402].map((lines) => file(`${lines}.ts`, '\n'.repeat(lines)));
  expect(judgeSizes(files.slice(0, 1))).toEqual({ ok: true, findings: [] });
  expect(judgeSizes(files)).toEqual({
    ok: false,
    findings: ['402.ts has 402 lines; 400 are the most', '401.ts has 401 lines; 400 are the most'],
  });
});

test.each([
  ['// TO', 'DO: later'],
  ['// FIX', 'ME'],
  ['test.on', "ly('x')"],
  ['describe.on', 'ly.each([])'],
  ['// @ts-ig', 'nore'],
  ["const path = '/ho", "me/anna/x';"],
  ['debug', 'ger;'],
  ['const copy = packet.sl', 'ice();'],
])('%s%s is found, with its line', (start, end) => {
  expect(judgeWords([file('a.ts', `\n${start}${end}\n`)])).toMatchObject({
    ok: false,
    findings: [matching(/^a\.ts:2: /)],
  });
});

test.each([
  'const todos = 1;',
  'if (only) it();',
  "join('x/home/y')",
  'set.only = 1',
  'bytes.slice(1)',
  "get('/rest/home/x')",
])('%s is not', (text) => {
  expect(judgeWords([file('a.ts', text)])).toEqual({ ok: true, findings: [] });
});

test('a declaration that Node 22 can not read is found in what users run, and only there', () => {
  for (const text of ['  using it = open();', 'await using it = open();']) {
    expect(judgeWords([file('native/aead.ts', text)])).toMatchObject({ ok: false });
    for (const path of ['lab/main.ts', 'agent/cli/daemon.test.ts', 'agent/os/names.fixture.ts']) {
      expect(judgeWords([file(path, text)])).toEqual({ ok: true, findings: [] });
    }
  }
  expect(judgeWords([file('agent/main.ts', 'console.log(using);')])).toMatchObject({ ok: true });
});

function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
