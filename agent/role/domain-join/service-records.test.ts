import { expect, it } from 'vitest';
import { hostsOf } from './service-records.ts';

it('reads the compressed SRV answer of Samba’s name server', () => {
  const answer = Buffer.from(
    '000185800001000100010000055f6c646170045f746370026463065f6d7364637304636f7270076578616d706c650000210001c00c0021000100000384000c00000064018503646331c021c01a0006000100000e100023c0450a686f73746d6173746572c0210000000100000384000002580001518000000e10',
    'hex',
  );
  expect(hostsOf(answer, 1, '_ldap._tcp.dc._msdcs.corp.example')).toEqual(['dc1.corp.example']);
  expect(hostsOf(answer, 2, '_ldap._tcp.dc._msdcs.corp.example')).toBeNull();
});
