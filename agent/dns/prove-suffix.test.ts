/** A real socket on a loopback address of its own for each server. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import type { NameLookup } from '../engine/host.ts';
import { proveSuffix } from './prove-suffix.ts';

const PORT = 15_354;
const MACHINES: Readonly<Record<string, string>> = { dc1: '127.86.1.1', dc2: '127.86.1.2' };
const LOOKUP = {
  byName: async (name: string) => (name in MACHINES ? { ipv4: MACHINES[name], ipv6: '::1' } : 'unknown'),
  byAddress: async (address: string) => {
    const name = Object.keys(MACHINES).find((known) => MACHINES[known] === address);
    return name === undefined ? 'unknown' : { name };
  },
} as unknown as Pick<NameLookup, 'byName' | 'byAddress'>;

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

async function serve(name: string, rcode: number | 'silent'): Promise<{ asked: string[] }> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  open.push(socket);
  socket.on('message', (query, { port, address }) => {
    const [question] = decode(query).questions ?? [];
    asked.push(`${question?.name} ${question?.type}`);
    if (rcode === 'silent') return;
    const answer = Buffer.from(query);
    answer[2] = 0x81;
    answer[3] = rcode;
    socket.send(answer, port, address);
  });
  socket.bind(PORT, MACHINES[name]);
  await once(socket, 'listening');
  return { asked };
}

const prove = (...servers: string[]) =>
  proveSuffix({ suffix: 'corp.example', servers } as DnsRoute, LOOKUP, { port: PORT, patienceMs: 1_200 });

describe('the servers of a suffix', () => {
  test('are asked for the domain itself', async () => {
    const dc1 = await serve('dc1', 0);
    expect(await prove('dc1')).toEqual({ detail: 'dc1 answers for names under corp.example.' });
    expect(dc1.asked).toEqual(['corp.example SOA']);
  });

  test('are told of by their names, though the policy names them by address', async () => {
    await serve('dc1', 0);
    await serve('dc2', 0);
    const { detail } = await prove('127.86.1.1', '127.86.1.2');
    expect(detail).toBe('dc1 and dc2 answer for names under corp.example.');
  });

  test('need not all answer', async () => {
    await serve('dc1', 0);
    expect(await prove('dc1', 'dc2')).toEqual({
      detail: 'dc1 answers for names under corp.example.',
      remedy: 'But dc2 does not answer.',
    });
  });

  test.each([
    [3, 'dc1 says that there is no such domain'],
    [5, 'dc1 refuses to answer for it'],
    [2, 'dc1 can not answer for it now (SERVFAIL)'],
    [9, 'dc1 answers with the code 9'],
    ['silent', 'dc1 does not answer'],
  ] as const)('are of no use with %s', async (rcode, why) => {
    await serve('dc1', rcode);
    await expect(prove('dc1')).rejects.toMatchObject({ code: 'DNS_SUFFIX_UNANSWERED', details: { causes: why } });
  });

  test('may be out of reach', async () => {
    await expect(prove('dc9')).rejects.toThrow('dc9 is no machine that this one may reach');
  });
});
