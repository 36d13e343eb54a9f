import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpv6, ipv4Candidate, ipv6Address, ipv6Range, isIpv6, parseIpv4, parseIpv6 } from './addresses.ts';
import { fromHex, toHex } from './encoding.ts';
import { machineId, subscriptionId } from './ids.ts';

const SUBSCRIPTION = subscriptionId.parse('000102030405060708090a0b0c0d0e0f');
const MACHINE = machineId.parse('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
const anyMachine = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => machineId.parse(toHex(bytes)));

describe('derivation', () => {
  test('golden', () => {
    expect(ipv6Range(SUBSCRIPTION)).toBe('fd6e:de11:f107::/48');
    expect(ipv6Address(SUBSCRIPTION, MACHINE)).toBe('fd6e:de11:f107:0:36d7:3996:f0cb:aa');
    expect([0, 1, 2].map((attempt) => ipv4Candidate(MACHINE, attempt))).toEqual([
      '100.74.191.152',
      '100.74.191.153',
      '100.74.191.154',
    ]);
  });

  test('every machine of a subscription is in its range, which is in fd00::/8', () => {
    fc.assert(
      fc.property(anyMachine, anyMachine, (subscription, machine) => {
        const range = ipv6Range(subscriptionId.parse(subscription));
        const address = ipv6Address(subscriptionId.parse(subscription), machine);
        expect(range).toMatch(/^fd[0-9a-f:]+::\/48$/);
        expect(parseIpv6(address).subarray(0, 8)).toEqual(parseIpv6(range.replace('/48', '')).subarray(0, 8));
        expect(isIP(address)).toBe(6);
      }),
    );
  });

  test('IPv4 candidates are in 100.64.0.0/10 less its first and last 256, and each attempt gives the next', () => {
    fc.assert(
      fc.property(anyMachine, fc.nat({ max: 2 ** 22 }), (machine, attempt) => {
        const number = numberOf(ipv4Candidate(machine, attempt));
        expect(number).toBeGreaterThanOrEqual(numberOf('100.64.1.0'));
        expect(number).toBeLessThanOrEqual(numberOf('100.127.254.255'));
        const next = numberOf(ipv4Candidate(machine, attempt + 1));
        expect(next).toBe(number === numberOf('100.127.254.255') ? numberOf('100.64.1.0') : number + 1);
      }),
    );
  });

  test('the attempts go all round the range and come back', () => {
    expect(ipv4Candidate(MACHINE, 2 ** 22 - 512)).toBe(ipv4Candidate(MACHINE, 0));
  });
});

describe('IPv6 text', () => {
  // RFC 5952 §4, and its sections by name.
  test.each([
    ['4.1 leading zeros', '20010db8000000000000000000000001', '2001:db8::1'],
    ['4.2.1 as short as possible', '20010db8000000000000000000020001', '2001:db8::2:1'],
    ['4.2.2 one group is not shortened', '20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['4.2.3 the longest run', '20010000000000010000000000000001', '2001:0:0:1::1'],
    ['4.2.3 of two alike the first', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['4.3 lower case', '20010db8aaaabbbbccccddddeeeeffff', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'],
    ['zeros at the end', 'fd000000000000000000000000000000', 'fd00::'],
    ['all zeros', '00000000000000000000000000000000', '::'],
    ['loopback', '00000000000000000000000000000001', '::1'],
  ])('%s', (_section, hex, text) => {
    expect(formatIpv6(fromHex(hex))).toBe(text);
    expect(toHex(parseIpv6(text))).toBe(hex);
  });

  test('round trip, and Node agrees that it is an address', () => {
    const sparse = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(sparse, (numbers) => {
        const bytes = Uint8Array.from(numbers);
        expect(parseIpv6(formatIpv6(bytes))).toEqual(bytes);
        expect(isIP(formatIpv6(bytes))).toBe(6);
      }),
    );
  });

  test.each([
    ['2001:DB8:0:0:0:0:0:1', '20010db8000000000000000000000001'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
  ])('reads %s', (text, hex) => {
    expect(toHex(parseIpv6(text))).toBe(hex);
  });

  test('accepts exactly what Node accepts, zone indices apart', () => {
    const anyText = fc.string({ unit: fc.constantFrom(...'0123aAfFg:::..%- '), maxLength: 24 });
    const nearly = fc
      .array(fc.constantFrom('0', 'ffff', '1', '', '12345', 'g', '1.2.3.4', '1.2.3.04', '256.0.0.1'), { maxLength: 10 })
      .map((groups) => groups.join(':'));
    fc.assert(
      fc.property(fc.oneof(anyText, nearly), (text) => {
        if (text.includes('%')) return;
        expect(`${text}: ${accepts(parseIpv6, text)}`).toBe(`${text}: ${isIP(text) === 6}`);
        expect(`${text}: ${accepts(parseIpv4, text)}`).toBe(`${text}: ${isIP(text) === 4}`);
      }),
      { numRuns: 5_000 },
    );
  });

  test('tells the families apart', () => {
    expect([isIpv6('::1'), isIpv6('100.64.1.1')]).toEqual([true, false]);
  });
});

function numberOf(ipv4: string): number {
  return new DataView(parseIpv4(ipv4).buffer).getUint32(0);
}

function accepts(parse: (text: string) => Uint8Array, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
