import { type Answer, decode, encode, type RecordType } from 'dns-packet';
import { check, constantFrom, integer, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '#protocol/encoding.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Label } from '#protocol/names.ts';
import { answerQuery } from './answer.ts';
import { domainsOf, type NamedMachine, type Zone } from './zone.ts';

const label = (text: string) => text as Label;
const SELF: NamedMachine = { name: label('web1'), ipv4: '100.64.1.1', ipv6: 'fd12:3456:789a::1' };
const SQL01: NamedMachine = { name: label('sql01'), ipv4: '100.127.255.7', ipv6: 'fd12:3456:789a:0:abcd::7' };
const ZONE: Zone = {
  subscription: label('contoso'),
  ipv6Range: 'fd12:3456:789a::/48',
  self: SELF,
  routedSuffixes: ['corp.example', 'lab.corp.example', '0.10.in-addr.arpa'],
};
const SQL01_REVERSE6 = '7.0.0.0.0.0.0.0.0.0.0.0.d.c.b.a.0.0.0.0.a.9.8.7.6.5.4.3.2.1.d.f.ip6.arpa';

/** As a control plane that lets this machine reach sql01 alone, and does not answer about `away`. */
function finish(message: Uint8Array, zone: Zone | null = ZONE): Uint8Array | null {
  const step = answerQuery(message, zone);
  switch (step.kind) {
    case 'ignore':
      return null;
    case 'answer':
      return step.bytes;
    case 'lookup-name':
      return step.answer(step.name === 'sql01' ? SQL01 : step.name === 'away' ? 'unavailable' : 'unknown');
    case 'lookup-address':
      return step.answer([SQL01.ipv4, SQL01.ipv6].includes(step.address) ? SQL01 : 'unknown');
    case 'forward':
      return step.host?.name === 'sql01' ? step.host.answer(SQL01) : step.failed();
  }
}

interface Decoded {
  rcode: string;
  flag_aa: boolean;
  flag_rd: boolean;
  flag_tc: boolean;
  questions: { name: string }[];
  answers: Answer[];
  authorities: Answer[];
  additionals: Answer[];
}

function ask(name: string, type: string, extra: Parameters<typeof encode>[0] = {}): Decoded {
  const query = encode({ id: 7, flags: 0x0100, questions: [{ name, type: type as RecordType }], ...extra });
  return decode(Buffer.from(finish(query) ?? [])) as unknown as Decoded;
}

const dataOf = (answers: readonly Answer[]) => answers.map((answer) => [answer.type, 'data' in answer && answer.data]);

describe('under an on-premises suffix', () => {
  const stepOf = (name: string, type: string) =>
    answerQuery(encode({ id: 7, questions: [{ name, type: type as RecordType }] }), ZONE);

  test.each([
    ['corp.example', 'SOA', 'corp.example', null],
    ['_ldap._tcp.dc._msdcs.corp.example', 'SRV', 'corp.example', null],
    ['PC7.Corp.Example', 'A', 'corp.example', 'pc7'],
    ['pc7.corp.example', 'TXT', 'corp.example', null],
    ['pc7.lab.corp.example', 'AAAA', 'lab.corp.example', 'pc7'],
    ['9.0.0.10.in-addr.arpa', 'PTR', '0.10.in-addr.arpa', null],
  ])('%s %s is asked of the servers of %s', (name, type, suffix, host) => {
    const step = stepOf(name, type);
    expect(step).toMatchObject({ kind: 'forward', suffix });
    expect(step.kind === 'forward' && (step.host?.name ?? null)).toBe(host);
  });

  test('a machine that this one reaches has its overlay addresses', () => {
    expect(dataOf(ask('sql01.corp.example', 'A').answers)).toEqual([['A', SQL01.ipv4]]);
    expect(ask('sql01.corp.example', 'AAAA')).toMatchObject({ rcode: 'NOERROR', flag_aa: false });
    expect(dataOf(ask('web1.corp.example', 'A').answers)).toEqual([['A', SELF.ipv4]]);
    expect(ask('other.corp.example', 'A').rcode).toBe('SERVFAIL');
  });

  test('neighbours in the tree are none of ours, and transfers are refused', () => {
    for (const name of ['example', 'xcorp.example', '1.10.in-addr.arpa']) expect(ask(name, 'A').rcode).toBe('REFUSED');
    expect(ask('corp.example', 'AXFR').rcode).toBe('REFUSED');
  });
});

test('where no other server is asked, other names are passed on, and ours are not', () => {
  const stepOf = (name: string, type: string, zone: Zone | null = ZONE) =>
    answerQuery(encode({ id: 7, questions: [{ name, type: type as RecordType }] }), zone, 'forward');
  expect(stepOf('example.com', 'A')).toMatchObject({ kind: 'forward', suffix: null, host: null });
  expect(stepOf('example.com', 'A', null)).toMatchObject({ kind: 'forward', suffix: null });
  expect(stepOf('sql01.contoso.causeway.internal', 'A').kind).toBe('lookup-name');
  expect(stepOf('nobody.a.contoso.causeway.internal', 'A').kind).toBe('answer');
  expect(stepOf('example.com', 'AXFR').kind).toBe('answer');
});

describe('records', () => {
  const table: [name: string, type: string, rcode: string, data: unknown[]][] = [
    ['sql01.contoso.causeway.internal', 'A', 'NOERROR', [['A', SQL01.ipv4]]],
    ['sql01.contoso.causeway.internal', 'AAAA', 'NOERROR', [['AAAA', SQL01.ipv6]]],
    [
      'sql01.contoso.causeway.internal',
      'ANY',
      'NOERROR',
      [
        ['A', SQL01.ipv4],
        ['AAAA', SQL01.ipv6],
      ],
    ],
    ['sql01.contoso.causeway.internal', 'MX', 'NOERROR', []],
    ['web1.contoso.causeway.internal', 'A', 'NOERROR', [['A', SELF.ipv4]]],
    ['web1.contoso.causeway.internal', 'AAAA', 'NOERROR', [['AAAA', SELF.ipv6]]],
    ['other.contoso.causeway.internal', 'A', 'NXDOMAIN', []],
    ['away.contoso.causeway.internal', 'A', 'SERVFAIL', []],
    ['a.sql01.contoso.causeway.internal', 'A', 'NXDOMAIN', []],
    ['_ldap.contoso.causeway.internal', 'SRV', 'NXDOMAIN', []],
    ['contoso.causeway.internal', 'NS', 'NOERROR', [['NS', 'contoso.causeway.internal']]],
    ['contoso.causeway.internal', 'A', 'NOERROR', []],
    ['7.255.127.100.in-addr.arpa', 'PTR', 'NOERROR', [['PTR', 'sql01.contoso.causeway.internal']]],
    ['1.1.64.100.in-addr.arpa', 'PTR', 'NOERROR', [['PTR', 'web1.contoso.causeway.internal']]],
    ['7.255.127.100.in-addr.arpa', 'A', 'NOERROR', []],
    ['8.255.127.100.in-addr.arpa', 'PTR', 'NXDOMAIN', []],
    ['255.127.100.in-addr.arpa', 'PTR', 'NOERROR', []],
    ['256.255.127.100.in-addr.arpa', 'PTR', 'NXDOMAIN', []],
    ['07.255.127.100.in-addr.arpa', 'PTR', 'NXDOMAIN', []],
    ['1.7.255.127.100.in-addr.arpa', 'PTR', 'NXDOMAIN', []],
    [SQL01_REVERSE6, 'PTR', 'NOERROR', [['PTR', 'sql01.contoso.causeway.internal']]],
    [SQL01_REVERSE6.toUpperCase(), 'PTR', 'NOERROR', [['PTR', 'sql01.contoso.causeway.internal']]],
    [SQL01_REVERSE6.slice(2), 'PTR', 'NOERROR', []],
    [`0.${SQL01_REVERSE6}`, 'PTR', 'NXDOMAIN', []],
    [`8${SQL01_REVERSE6.slice(1)}`, 'PTR', 'NXDOMAIN', []],
  ];
  test.each(table)('%s %s is %s', (name, type, rcode, data) => {
    const answer = ask(name, type);
    expect(answer.rcode).toBe(rcode);
    expect(dataOf(answer.answers)).toEqual(data);
    expect(answer.flag_aa).toBe(rcode !== 'SERVFAIL');
    expect(answer.flag_rd).toBe(true);
    const isNegative = data.length === 0 && rcode !== 'SERVFAIL';
    expect(answer.authorities.map(({ type }) => type)).toEqual(isNegative ? ['SOA'] : []);
  });

  test('a negative answer may be kept for as long as the SOA says, by both of its times', () => {
    const [soa] = ask('other.contoso.causeway.internal', 'A').authorities;
    expect(soa).toMatchObject({
      name: 'contoso.causeway.internal',
      ttl: LIMITS.DNS_NEGATIVE_TTL_S.value,
      data: { minimum: LIMITS.DNS_NEGATIVE_TTL_S.value, rname: 'nobody.invalid' },
    });
  });

  test('a reverse domain is spoken for by its own SOA', () => {
    expect(ask('8.255.127.100.in-addr.arpa', 'PTR').authorities[0]?.name).toBe('127.100.in-addr.arpa');
    const { reverse } = domainsOf(ZONE);
    expect(ask(`8${SQL01_REVERSE6.slice(1)}`, 'PTR').authorities[0]?.name).toBe(reverse[0]);
  });
});

describe('what is not ours is refused at once, so that the next server is asked', () => {
  test.each([
    ['example.com', 'A'],
    ['.', 'NS'],
    ['causeway.internal', 'A'],
    ['sql01.fabrikam.causeway.internal', 'A'],
    ['contoso.causeway.internal.example.com', 'A'],
    ['notcontoso.causeway.internal', 'A'],
    ['1.1.63.100.in-addr.arpa', 'PTR'],
    ['1.1.128.100.in-addr.arpa', 'PTR'],
    ['100.in-addr.arpa', 'SOA'],
    ['b.9.8.7.6.5.4.3.2.1.d.f.ip6.arpa', 'PTR'],
    ['contoso.causeway.internal', 'AXFR'],
    ['sql01.contoso.causeway.internal', 'IXFR'],
  ])('%s %s', (name, type) => {
    const answer = ask(name, type);
    expect(answer).toMatchObject({ rcode: 'REFUSED', flag_aa: false, answers: [], authorities: [] });
  });

  test('everything, while the machine has no facts', () => {
    const query = encode({ id: 1, questions: [{ name: 'web1.contoso.causeway.internal', type: 'A' }] });
    expect(decode(Buffer.from(finish(query, null) ?? []))).toMatchObject({ rcode: 'REFUSED' });
  });

  test('a dot inside a label does not make a name ours', () => {
    // One label `sql01.contoso`, then causeway.internal.
    const name = '0d73716c30312e636f6e746f736f08636175736577617908696e7465726e616c00';
    const answer = finish(fromHex(`000700000001000000000000${name}00010001`));
    expect(toHex(answer ?? new Uint8Array())).toBe(`000780050001000000000000${name}00010001`);
  });
});

describe('letter case', () => {
  test('the question and the records repeat it (0x20)', () => {
    const answer = ask('sQl01.CONTOSO.causeway.INTERNAL', 'A');
    expect(answer.questions[0]?.name).toBe('sQl01.CONTOSO.causeway.INTERNAL');
    expect(answer.answers[0]?.name).toBe('sQl01.CONTOSO.causeway.INTERNAL');
  });
});

describe('golden bytes', () => {
  const SQL01_WIRE = '0573716c303107636f6e746f736f08636175736577617908696e7465726e616c00';
  const APEX_WIRE = '07636f6e746f736f08636175736577617908696e7465726e616c00';
  const OPT = (extended: string, version: string, flags: string, size = '04d0') =>
    `000029${size}${extended}${version}${flags}0000`;
  test.each([
    [
      'A with recursion desired',
      `123401000001000000000000${SQL01_WIRE}00010001`,
      `123485000001000100000000${SQL01_WIRE}00010001${SQL01_WIRE}000100010000000a0004647fff07`,
    ],
    [
      'NXDOMAIN with OPT and the DO bit',
      `123400000001000000000001026e6f${APEX_WIRE}00010001${OPT('00', '00', '8000', '1000')}`,
      `123484030001000000010001026e6f${APEX_WIRE}00010001` +
        `${APEX_WIRE}0006000100000001003f` +
        `${APEX_WIRE}066e6f626f647907696e76616c6964000000000100000e10000004b000093a8000000001` +
        OPT('00', '00', '8000'),
    ],
    [
      'EDNS version 1 is BADVERS',
      `123400000001000000000001${SQL01_WIRE}00010001${OPT('00', '01', '0000')}`,
      `123480000001000000000001${SQL01_WIRE}00010001${OPT('01', '00', '0000')}`,
    ],
    ['status query is NOTIMP', `123410000001000000000000${SQL01_WIRE}00010001`, '123490040000000000000000'],
    [
      'class CH is NOTIMP',
      `123400000001000000000000${SQL01_WIRE}00010003`,
      `123480040001000000000000${SQL01_WIRE}00010003`,
    ],
    ['two questions', `123400000002000000000000${SQL01_WIRE}00010001${SQL01_WIRE}00010001`, '123480010000000000000000'],
    ['no question', '123400000000000000000000', '123480010000000000000000'],
    ['a header alone', '123400000001000000000000', '123480010000000000000000'],
    ['name that does not end', '123400000001000000000000057371', '123480010000000000000000'],
    ['pointer in the question', '123400000001000000000000c00c00010001', '123480010000000000000000'],
    ['reserved label bits', '1234000000010000000000004161000001', '123480010000000000000000'],
    ['question cut before its class', `123400000001000000000000${SQL01_WIRE}0001`, '123480010000000000000000'],
    ['trailing bytes', `123400000001000000000000${SQL01_WIRE}0001000100`, '123480010000000000000000'],
    ['an answer record in a query', `123400000001000100000000${SQL01_WIRE}00010001`, '123480010000000000000000'],
    [
      'two OPT records',
      `123400000001000000000002${SQL01_WIRE}00010001${OPT('00', '00', '0000')}${OPT('00', '00', '0000')}`,
      '123480010000000000000000',
    ],
    [
      'OPT record with a name',
      `123400000001000000000001${SQL01_WIRE}00010001${OPT('00', '00', '0000').replace(/^00/, '016100')}`,
      '123480010000000000000000',
    ],
    [
      'OPT record whose options are cut off',
      `123400000001000000000001${SQL01_WIRE}00010001${OPT('00', '00', '0000').replace(/0000$/, '0004')}`,
      '123480010000000000000000',
    ],
  ])('%s', (_, query, answer) => {
    expect(toHex(finish(fromHex(query)) ?? new Uint8Array())).toBe(answer);
  });

  test('a message over the cap is malformed', () => {
    const long = new Uint8Array(LIMITS.DNS_QUERY_MAX_BYTES.value + 1);
    long.set(fromHex(`123400000001000000000000${SQL01_WIRE}00010001`));
    expect(toHex(finish(long) ?? new Uint8Array())).toBe('123480010000000000000000');
  });

  test.each([
    ['', 'nothing'],
    ['1234000000010000000000', 'a cut header'],
    [`123484000001000000000000${SQL01_WIRE}00010001`, 'an answer'],
  ])('%j is not answered: %s', (message) => {
    expect(finish(fromHex(message))).toBeNull();
  });
});

describe('any bytes', () => {
  const start = encode({ id: 9, questions: [{ name: 'sql01.contoso.causeway.internal', type: 'A' }] });

  test('never throw, an answer is never answered, and every answer is one that a codec reads', () => {
    const anything = uint8Array({ maxLength: 600 });
    expectHolds(anything);
  });

  test('a query with a few bytes changed', () => {
    const changed = property(
      uint8Array({ minLength: 3, maxLength: 3 }),
      integer({ min: 0, max: start.length - 3 }),
      integer({ min: 12, max: start.length }),
      (bytes, at, length) => {
        const message = Uint8Array.from(start);
        message.set(bytes, at);
        holds(message.subarray(0, length));
      },
    );
    expect(check(changed, { numRuns: 5_000 }).counterexample).toBeNull();
  });

  function expectHolds(messages: ReturnType<typeof uint8Array>): void {
    expect(check(property(messages, holds), { numRuns: 3_000 }).counterexample).toBeNull();
  }

  function holds(message: Uint8Array): void {
    const answer = finish(message);
    const isAnswerable = message.length >= 12 && ((message[2] ?? 0) & 0x80) === 0;
    if ((answer !== null) !== isAnswerable) throw new Error('answered what it must not, or did not answer');
    if (answer === null) return;
    const decoded = decode(Buffer.from(answer));
    if (decoded.type !== 'response' || answer[0] !== message[0] || answer[1] !== message[1])
      throw new Error('no answer');
    if (answer.length > 512) throw new Error('too long');
  }
});

test('every answer fits into 512 bytes, with the longest names there can be', () => {
  const longest = label('a'.repeat(63));
  const machine = { ...SQL01, name: longest };
  const zone: Zone = { ...ZONE, subscription: longest, self: machine };
  const apex = `${longest}.causeway.internal`;
  const filler = `${'b'.repeat(63)}.${'b'.repeat(63)}.${'b'.repeat(253 - 128 - apex.length - 1)}`;
  const names = [`${longest}.${apex}`, apex, `${filler}.${apex}`, SQL01_REVERSE6, `0.${SQL01_REVERSE6}`];
  const opt = { type: 'OPT', name: '.', udpPayloadSize: 512, flags: 0 } as Answer;
  const fits = property(constantFrom(...names), constantFrom('A', 'ANY', 'SOA', 'NS', 'PTR', 'MX'), (name, type) => {
    const query = encode({ questions: [{ name, type: type as RecordType }], additionals: [opt] });
    const step = answerQuery(query, zone);
    if (step.kind === 'ignore' || step.kind === 'forward') throw new Error(step.kind);
    const answers = step.kind === 'answer' ? [step.bytes] : [machine, 'unknown' as const].map((it) => step.answer(it));
    for (const answer of answers) expect(answer.length).toBeLessThanOrEqual(512);
  });
  expect(check(fits, { numRuns: 300 }).counterexample).toBeNull();
});
