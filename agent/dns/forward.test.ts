/** Real sockets on loopback addresses of their own, as the servers of a site. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type Answer, decode, encode } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { forwardQuery } from './forward.ts';

const PORT = 15_353;
const NEVER = new AbortController().signal;
const QUESTION = encode({
  id: 4_711,
  flags: 0x0100,
  questions: [{ name: '_ldap._tcp.Corp.Example', type: 'SRV' }],
  additionals: [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 1_232,
      flags: 0,
      flag_do: false,
      extendedRcode: 0,
      ednsVersion: 0,
      options: [],
    },
  ],
});
const TARGET: Answer = {
  type: 'SRV',
  name: '_ldap._tcp.Corp.Example',
  ttl: 9,
  data: { target: 'dc1.corp.example', port: 389 },
};
const GLUE: Answer = { type: 'A', name: 'dc1.corp.example', ttl: 9, data: '10.0.0.5' };

const open: (Socket | Server)[] = [];
afterEach(async () => {
  for (const socket of open.splice(0)) await new Promise<void>((resolve) => socket.close(() => resolve()));
});

/** @param answer null says nothing */
async function serve(address: string, answer: (query: Buffer) => Buffer | null): Promise<{ asked: Buffer[] }> {
  const asked: Buffer[] = [];
  const udp = createSocket('udp4');
  udp.on('message', (query, { port, address: from }) => {
    asked.push(query);
    const bytes = answer(query);
    if (bytes !== null) udp.send(bytes, port, from);
  });
  udp.bind(PORT, address);
  await once(udp, 'listening');
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (framed: Buffer) => {
      const bytes = answer(framed.subarray(2));
      if (bytes === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      // In pieces, as TCP may cut it.
      socket.write(length.subarray(0, 1));
      setTimeout(() => socket.write(Buffer.concat([length.subarray(1), bytes])), 5);
    });
  });
  tcp.listen(PORT, address);
  await once(tcp, 'listening');
  open.push(udp, tcp);
  return { asked };
}

const reply =
  (rcode: number, answers: Answer[] = [], id?: number) =>
  (query: Buffer) => {
    const { id: asked, questions = [], additionals = [] } = decode(query);
    const opt = additionals.filter(({ type }) => type === 'OPT');
    return encode({
      type: 'response',
      id: id ?? asked ?? 0,
      flags: 0x0400 | rcode,
      questions,
      answers,
      additionals: [...(answers.length > 0 ? [GLUE] : []), ...opt],
    });
  };

const ask = (addresses: string[], overTcp = false, signal: AbortSignal = NEVER) =>
  forwardQuery({ message: QUESTION, overTcp, addresses, port: PORT, nextMs: 100 }, signal);

describe.each([
  ['UDP', false],
  ['TCP', true],
])('over %s', (_, overTcp) => {
  test('the question goes as it came, and the answer comes as it was given', async () => {
    const { asked } = await serve('127.9.0.1', reply(0, [TARGET]));
    const answer = decode(Buffer.from((await ask(['127.9.0.1'], overTcp)) ?? []));
    if (!overTcp) expect(asked).toEqual([QUESTION]);
    expect(answer).toMatchObject({
      id: 4_711,
      flag_aa: true,
      answers: [{ type: 'SRV', data: { target: 'dc1.corp.example' } }],
    });
    expect(answer.additionals?.map(({ type }) => type)).toEqual(['A', 'OPT']);
  });

  test('the next is asked when one is not there, silent, or can not say', async () => {
    await serve('127.9.0.2', () => null);
    await serve('127.9.0.3', reply(2));
    await serve('127.9.0.4', reply(3));
    const answer = await ask(['127.9.0.9', '127.9.0.2', '127.9.0.3', '127.9.0.4'], overTcp);
    expect(decode(Buffer.from(answer ?? []))).toMatchObject({ rcode: 'NXDOMAIN' });
  });

  test('a failure is passed on when nobody says more, and nothing when nobody answers', async () => {
    await serve('127.9.0.3', reply(2));
    expect(decode(Buffer.from((await ask(['127.9.0.3'], overTcp)) ?? []))).toMatchObject({ rcode: 'SERVFAIL' });
    expect(await ask(['127.9.0.9'], overTcp)).toBeNull();
    expect(await ask([], overTcp)).toBeNull();
  });
});

test('an answer to another question counts for nothing, and the wait has an end', async () => {
  await serve('127.9.0.5', reply(0, [TARGET], 1));
  expect(await ask(['127.9.0.5'], false, AbortSignal.timeout(150))).toBeNull();
});
