import { describe, expect, it } from 'vitest';
import { answerTo, type Instance, parseRequest } from './resolution.ts';

const YUKON: Instance = { name: 'YUKONSTD', version: '9.00.1399.06', port: 57137, administratorPort: null };
const INST2: Instance = { name: 'INST2', version: '16.0.1000.6', port: 50_123, administratorPort: 1434 };

describe('a request', () => {
  it.each([
    ['CLNT_BCAST_EX', '02', { kind: 'all' }],
    ['CLNT_UCAST_EX', '03', { kind: 'all' }],
    ['CLNT_UCAST_INST', '0459554b4f4e53544400', { kind: 'instance', name: 'YUKONSTD' }],
    ['CLNT_UCAST_DAC', '0f01494e53543200', { kind: 'administrator', name: 'INST2' }],
    ['a name of 32 bytes', `04${'41'.repeat(32)}00`, { kind: 'instance', name: 'A'.repeat(32) }],
  ])('%s is understood', (_, hex, request) => {
    expect(parseRequest(Buffer.from(hex, 'hex'))).toEqual(request);
  });

  it.each([
    ['nothing', ''],
    ['an unknown type', '7f'],
    ['an answer', '0500'],
    ['CLNT_UCAST_EX with more behind it', '0300'],
    ['a name without an end', '04494e535432'],
    ['no name', '0400'],
    ['no name and no end', '04'],
    ['two ends', '04494e5354320000'],
    ['a name of 33 bytes', `04${'41'.repeat(33)}00`],
    ['a semicolon in the name', '04413b4200'],
    ['another version of DAC', '0f02494e53543200'],
    ['DAC without a name', '0f01'],
  ])('%s is ignored', (_, hex) => {
    expect(parseRequest(Buffer.from(hex, 'hex'))).toBeNull();
  });
});

describe('an answer', () => {
  it('describes one instance as the specification’s example does', () => {
    const answer = answerTo({ kind: 'instance', name: 'yukonstd' }, 'ILSUNG1', [INST2, YUKON]);
    const data = 'ServerName;ILSUNG1;InstanceName;YUKONSTD;IsClustered;No;Version;9.00.1399.06;tcp;57137;;';
    expect(answer?.subarray(0, 3)).toEqual(Buffer.from([5, data.length, 0]));
    expect(answer?.subarray(3).toString()).toBe(data);
  });

  it('describes all of them, one behind the other', () => {
    const answer = answerTo({ kind: 'all' }, 'SQL01', [INST2, YUKON]);
    expect(answer?.readUInt16LE(1)).toBe((answer?.length ?? 0) - 3);
    expect(answer?.toString('latin1').match(/ServerName;SQL01;InstanceName;\w+/g)).toHaveLength(2);
  });

  it('tells the administrator’s port in six bytes', () => {
    expect(answerTo({ kind: 'administrator', name: 'INST2' }, 'SQL01', [INST2])).toEqual(
      Buffer.from('050600019a05', 'hex'),
    );
  });

  it('is not given for what is not there, or would not fit', () => {
    expect(answerTo({ kind: 'instance', name: 'INST9' }, 'SQL01', [INST2])).toBeNull();
    expect(answerTo({ kind: 'administrator', name: 'YUKONSTD' }, 'SQL01', [YUKON])).toBeNull();
    expect(answerTo({ kind: 'all' }, 'SQL01', [])).toBeNull();
    expect(answerTo({ kind: 'instance', name: 'INST2' }, 'S'.repeat(1000), [INST2])).toBeNull();
  });
});
