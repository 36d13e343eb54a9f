import { expect, test } from 'vitest';
import { judgeSizes, judgeWords } from './house-rules.ts';

const file = (path: string, text: string) => ({ path, text, lines: text.split('\n').length - 1 });

test('a file of 600 lines is long, one of 601 too long', () => {
  const files = [400, 401, 600, 601].map((lines) => file(`${lines}.ts`, '\n'.repeat(lines)));
  expect(judgeSizes(files.slice(0, 1))).toEqual({ ok: true, findings: [] });
  expect(judgeSizes(files.slice(0, 3))).toMatchObject({ ok: true, findings: [/^600/, /^401/].map(matching) });
  expect(judgeSizes(files)).toMatchObject({ ok: false, findings: [/^601/, /^600/, /^401/].map(matching) });
});

test.each([
  ['// TO', 'DO: later'],
  ['// FIX', 'ME'],
  ['test.on', "ly('x')"],
  ['describe.on', 'ly.each([])'],
  ['// @ts-ig', 'nore'],
  ["const path = '/ho", "me/anna/x';"],
  ['debug', 'ger;'],
])('%s%s is found, with its line', (start, end) => {
  expect(judgeWords([file('a.ts', `\n${start}${end}\n`)])).toMatchObject({
    ok: false,
    findings: [matching(/^a\.ts:2: /)],
  });
});

test.each(['const todos = 1;', 'if (only) it();', "join('x/home/y')", 'set.only = 1', "get('/rest/home/x')"])(
  '%s is not',
  (text) => {
    expect(judgeWords([file('a.ts', text)])).toEqual({ ok: true, findings: [] });
  },
);

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
