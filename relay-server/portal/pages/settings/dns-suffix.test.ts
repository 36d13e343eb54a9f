import { describe, expect, test } from 'vitest';
import { dnsSuffix } from '#protocol/dns-routes.ts';
import { LIMITS } from '#protocol/limits.ts';
import { DNS_ROOT } from '#protocol/names.ts';
import { asSuffix, isHopeless, SERVERS_MAX, SUFFIXES_MAX, suffixProblem } from './dns-suffix.ts';

const GOOD = [
  'corp.example',
  'example',
  '10.in-addr.arpa',
  '0/25.2.0.192.in-addr.arpa',
  '_msdcs.corp.example',
  'a-b.c',
];
const BAD = [
  '',
  '.',
  'corp..example',
  '-corp.example',
  'corp-.example',
  'corp.example/',
  'bücher.example',
  'corp_example.',
  'a b',
  `${'a'.repeat(64)}.example`,
  `${`${'a'.repeat(50)}.`.repeat(5)}x`,
  'internal',
  DNS_ROOT,
  `contoso.${DNS_ROOT}`,
];

describe('an on-premises DNS suffix', () => {
  test.each([...GOOD, ...BAD])('is judged as the server judges it: %j', (suffix) => {
    expect(suffixProblem(suffix, []) === undefined).toBe(dnsSuffix.safeParse(suffix).success);
  });

  test('is there once', () => {
    expect(suffixProblem('corp.example', ['corp.example'])).toBe('corp.example is set up already. Edit that one.');
    expect(suffixProblem('eu.corp.example', ['corp.example'])).toBeUndefined();
  });

  test.each([
    ['*.Corp.Example.', 'corp.example'],
    [' corp.example\n', 'corp.example'],
    ['.corp.example', 'corp.example'],
    ['corp.example', 'corp.example'],
  ])('is made of what people type: %j', (typed, suffix) => {
    expect(asSuffix(typed)).toBe(suffix);
  });

  test('is complained of while it is written only where no more letters would help', () => {
    for (const unfinished of ['', 'c', 'corp-', 'corp..'.slice(0, 5), 'causeway.internal']) {
      expect(isHopeless(unfinished, [])).toBe(false);
    }
    expect(isHopeless('corp', ['corp'])).toBe(false);
    for (const wrong of ['corp!', 'corp..example', '-corp', `contoso.${DNS_ROOT}!`])
      expect(isHopeless(wrong, [])).toBe(true);
  });

  test('has the limits of the server', () => {
    expect([SUFFIXES_MAX, SERVERS_MAX]).toEqual([LIMITS.DNS_ROUTES_MAX.value, LIMITS.DNS_ROUTE_SERVERS_MAX.value]);
  });
});
