import { array, check, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addOurs, askedServers, isMarked, isRotating, nameServers, takeOutOurs } from './resolv-conf.ts';

const OURS = { server: '127.67.87.53', suffix: 'contoso.causeway.internal' };
const NOTE = '(while this computer is in a Causeway network; take out with `causeway down`)';

/** The whole text for the marked lines that are expected. */
function written(top: string[], original: string, search: string, unfinished = '', header = ''): string {
  return [
    header,
    `# causeway: begin ${NOTE}\n${top.map((line) => `${line}\n`).join('')}# causeway: end\n`,
    `${original}${unfinished && '\n'}`,
    `# causeway: begin ${unfinished}${NOTE}\n${search}\n# causeway: end\n`,
  ].join('');
}

const SERVER = 'nameserver 127.67.87.53';
const SUFFIX = OURS.suffix;

describe('original → written → restored', () => {
  const table: [title: string, original: string, domain: string | null, written: string][] = [
    ['plain', 'nameserver 192.0.2.1\n', null, written([SERVER], 'nameserver 192.0.2.1\n', `search ${SUFFIX}`)],
    ['empty: the default server is kept', '', null, written([SERVER, 'nameserver 127.0.0.1'], '', `search ${SUFFIX}`)],
    [
      'no line break at the end',
      'nameserver 192.0.2.1',
      null,
      written([SERVER], 'nameserver 192.0.2.1', `search ${SUFFIX}`, 'after an unfinished line '),
    ],
    [
      'a search list: ours is last',
      'search a.example b.example\nnameserver 192.0.2.1\n',
      'host.example',
      written([SERVER], 'search a.example b.example\nnameserver 192.0.2.1\n', `search a.example b.example ${SUFFIX}`),
    ],
    [
      'the last of search and domain lines counts',
      'search a.example\nnameserver 192.0.2.1\ndomain b.example\n',
      null,
      written([SERVER], 'search a.example\nnameserver 192.0.2.1\ndomain b.example\n', `search b.example ${SUFFIX}`),
    ],
    [
      'no search list: the one implied by the host name is kept',
      'nameserver 192.0.2.1\n',
      'corp.example',
      written([SERVER], 'nameserver 192.0.2.1\n', `search corp.example ${SUFFIX}`),
    ],
    [
      'CRLF',
      'search a.example\r\nnameserver 192.0.2.1\r\n',
      null,
      written([SERVER], 'search a.example\r\nnameserver 192.0.2.1\r\n', `search a.example ${SUFFIX}`),
    ],
    [
      'comments, options, tabs, an indented line, bytes that are no UTF-8',
      '# made by hand\n;old\nsearch\ta.example\noptions ndots:5 edns0\n nameserver 1.1.1.1\nnameserver\t192.0.2.1\n# \xff\x00',
      null,
      written(
        [SERVER],
        'search\ta.example\noptions ndots:5 edns0\n nameserver 1.1.1.1\nnameserver\t192.0.2.1\n# \xff\x00',
        `search a.example ${SUFFIX}`,
        'after an unfinished line ',
        '# made by hand\n;old\n',
      ),
    ],
  ];
  test.each(table)('%s', (_, original, domain, expected) => {
    const { text, warnings } = addOurs(original, OURS, domain);
    expect(text).toBe(expected);
    expect(warnings).toEqual([]);
    expect(isMarked(text)).toBe(true);
    expect(nameServers(text)[0]).toBe(OURS.server);
    expect(takeOutOurs(text, OURS)).toBe(original);
    expect(takeOutOurs(text, undefined)).toBe(original);
  });

  test('any text comes back as it was', () => {
    const line = constantFrom('nameserver 192.0.2.1', 'search a b', 'domain c', 'options rotate', '# x', '', ' ', '\r');
    const anyText = string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text).toString('latin1'));
    const lines = array(line).map((all) => all.join('\n'));
    for (const texts of [anyText, lines]) {
      const inverse = property(texts, (original) => takeOutOurs(addOurs(original, OURS, null).text, OURS) === original);
      expect(check(inverse, { numRuns: 1_000 }).counterexample).toBeNull();
    }
  });
});

describe('warnings', () => {
  test('the third of three servers is pushed out', () => {
    const three = 'nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n';
    expect(addOurs(three, OURS, null).warnings).toEqual([expect.stringContaining('192.0.2.3 is not asked')]);
  });
});

describe('in other places', () => {
  const original = '# Generated\nsearch a\nnameserver 192.0.2.1\noptions edns0 rotate\n';

  test('alone: three times, so that no other is asked', () => {
    const { text, warnings } = addOurs(original, { ...OURS, place: 'only' }, null);
    expect(askedServers(text)).toEqual([OURS.server, OURS.server, OURS.server]);
    expect(warnings).toEqual([]);
    expect(text).toContain(`search a ${SUFFIX}\n`);
    expect(takeOutOurs(text, undefined)).toBe(original);
    expect(isRotating(text)).toBe(true);
    expect(isRotating('#options rotate\noptions edns0\n')).toBe(false);
  });

  test('nowhere: the search list alone', () => {
    const { text } = addOurs(original, { ...OURS, place: 'nowhere' }, null);
    expect(nameServers(text)).toEqual(['192.0.2.1']);
    expect(text).toContain(`search a ${SUFFIX}\n`);
    expect(takeOutOurs(text, undefined)).toBe(original);
  });

  test('a file that names no server has the C library’s own', () => {
    expect(askedServers('search a\n')).toEqual(['127.0.0.1']);
    expect(
      askedServers('nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4\n'),
    ).toHaveLength(3);
  });
});

describe('what others made of our text', () => {
  const { text } = addOurs('nameserver 192.0.2.1\n', OURS, 'corp.example');
  test.each([
    ['a line added at the end', `${text}options edns0\n`, 'nameserver 192.0.2.1\noptions edns0\n'],
    ['a line added at the top', `# mine\n${text}`, '# mine\nnameserver 192.0.2.1\n'],
    ['a mark deleted', text.replace('# causeway: end\n', ''), 'nameserver 192.0.2.1\n'],
    [
      'our lines copied without their marks',
      `${SERVER}\nsearch a ${SUFFIX} b\nnameserver 192.0.2.9\n`,
      'search a b\nnameserver 192.0.2.9\n',
    ],
    ['our suffix alone', `search ${SUFFIX}\nnameserver 192.0.2.9\n`, 'nameserver 192.0.2.9\n'],
    [
      'a line added after an original without a last line break',
      `${addOurs('nameserver 192.0.2.1', OURS, null).text}options edns0\n`,
      'nameserver 192.0.2.1\noptions edns0\n',
    ],
    ['nothing of ours', 'nameserver 192.0.2.9\n', 'nameserver 192.0.2.9\n'],
  ])('%s', (_, changed, rest) => {
    expect(takeOutOurs(changed, OURS)).toBe(rest);
  });
});
