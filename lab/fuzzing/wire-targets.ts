/** What comes from the network, from peers, relays, machines and proxies: bytes. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { answerQuery } from '#agent/dns/answer.ts';
import { answers, withoutGlue } from '#agent/dns/forwarded-answer.ts';
import { readHead, refusalIn } from '#agent/proxy/connect-through.ts';
import { parseProxy } from '#agent/proxy/proxy.ts';
import { decodeAnswer, decodeOffer, encodeOffer } from '#agent/tunnel/handshake-messages.ts';
import { parseArrived, parseRecords } from '#agent/tunnel/records.ts';
import { Tunnel } from '#agent/tunnel/tunnel.ts';
import { readConnect } from '#agent/userspace/http-connect.ts';
import { readDatagram, readGreeting, readRequest } from '#agent/userspace/socks.ts';
import { createCoalescer } from '#native/coalesce.ts';
import { createSplitter } from '#native/offload.ts';
import { buildTcp, buildUdp, prohibitedReply } from '#native/packet-builders.ts';
import { destinationKey, flowKey, portsOf, sourceKey } from '#native/packets.ts';
import { decodeFrame, encodeFrame } from '#protocol/frames.ts';
import { machineId, subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { copyWithRoom, MessageReader } from '#protocol/websocket.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { type FuzzTarget, laterOrRefused, orRefused, requireSame } from './target.ts';

const [SELF, PEER] = ['01', '02'].map((byte) => machineId.parse(byte.repeat(16)));
const DNS_HEADER_BYTES = 12;
const UDP_ENDS = { from: '100.64.0.1', to: '100.64.0.2', fromPort: 1, toPort: 2 };
const PAYLOAD = new Uint8Array(40);
const PROXY = parseProxy('http://proxy.corp:3128', 'the test');

export const WIRE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'frames',
    about: 'relay frames, by relay and agent',
    seeds: [
      encodeFrame({ type: 'data', peer: SELF as never, payload: PAYLOAD }),
      encodeFrame({ type: 'peer-gone', peer: SELF as never, reason: 'NOT_CONNECTED' }),
      encodeFrame({ type: 'ping', payload: new Uint8Array(8) }),
      encodeFrame({ type: 'notice', code: 'RESTARTING' }),
      encodeFrame({ type: 'ticket', ticket: 'a.b.c' }),
    ],
    run: (input) => {
      const frame = orRefused(() => decodeFrame(input));
      if (frame === undefined || frame.type === 'unknown') return;
      const again = decodeFrame(encodeFrame(frame));
      requireSame('a frame is written as it was read', encodeFrame(again as typeof frame), encodeFrame(frame));
    },
  },
  {
    name: 'websocket',
    about: 'WebSocket messages of both sides, cut anywhere',
    seeds: [
      Uint8Array.of(0, 0x82, 3, 1, 2, 3),
      Uint8Array.of(1, 0x82, 0x83, 0, 0, 0, 0, 1, 2, 3),
      Uint8Array.of(0, 0x02, 1, 1, 0x80, 1, 2, 0x89, 0, 0x88, 2, 3, 0xe8),
      Uint8Array.of(0, 0x82, 0x7e, 1, 0, 1, 2),
    ],
    run: (input) => {
      const [side = 0, ...rest] = input;
      const bytes = Uint8Array.from(rest);
      requireSame('what is read does not depend on where it is cut', heard(side, bytes, 1), heard(side, bytes, 1_000));
    },
  },
  {
    name: 'tunnel-records',
    about: 'the plaintext of a tunnel message, of an authenticated peer',
    seeds: [Uint8Array.of(1, 0, 0, 2, 9, 9), Uint8Array.of(3, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2)],
    run: (input) => {
      for (const { body } of parseRecords(input) ?? []) parseArrived(body);
    },
  },
  {
    name: 'handshake',
    about: 'the payloads of a handshake, of a peer that is not known yet',
    seeds: [encodeOffer({ timestamp: 1e12, ciphers: 3, grant: 'a.b.c' }), Uint8Array.of(1, 1)],
    run: (input) => {
      decodeAnswer(input);
      const offer = decodeOffer(input);
      // A grant is ASCII; whoever verifies it refuses another one.
      if (offer === undefined || /[^ -~]/.test(offer.grant)) return;
      requireSame('an offer is written as it was read', decodeOffer(encodeOffer(offer)), offer);
    },
  },
  {
    name: 'tunnel',
    about: 'tunnel messages, of anybody who has a place at the relay',
    seeds: [
      Uint8Array.of(1, 0, 0, 0, 1, ...new Uint8Array(1_300)),
      Uint8Array.of(4, 0, 0, 0, 1),
      new Uint8Array(40).fill(3),
    ],
    maxBytes: 2_000,
    run: (input) => tunnel().incoming(PEER as never, input, 1e12),
  },
  {
    name: 'dns',
    about: 'DNS questions of any program, answers of the on-premises servers',
    seeds: [
      Buffer.from('0001010000010000000000000573716c303100001c0001', 'hex'),
      Buffer.from(
        '0001010000010000000000010473716c3107636f6e746f736f08636175736577617908696e7465726e616c00000100010000291000000000000000',
        'hex',
      ),
      Buffer.from(
        '00018180000100010000000003777777076578616d706c6503636f6d0000010001c00c00010001000000100004c0000201',
        'hex',
      ),
    ],
    run: (input) => {
      for (const others of ['refuse', 'forward'] as const) answerQuery(input, null, others);
      // The question that has this answer.
      const question = Buffer.from(input);
      if (question.length > 2) question[2] = (question[2] ?? 0) & 0x7f;
      if (question.length >= DNS_HEADER_BYTES && answers(question, input)) withoutGlue(Uint8Array.from(input));
    },
  },
  {
    name: 'packets',
    about: 'IP packets, of peers and of local programs',
    seeds: [
      Buffer.concat([new Uint8Array(OFFLOAD_HEADER_BYTES), buildUdp(UDP_ENDS, PAYLOAD)]),
      Buffer.concat([new Uint8Array(OFFLOAD_HEADER_BYTES), buildTcp(UDP_ENDS, { sequence: 1, flags: 16 }, PAYLOAD)]),
      Buffer.concat([
        Uint8Array.of(1, 1, 54, 0, 20, 0, 20, 0, 16, 0),
        buildTcp({ ...UDP_ENDS, from: 'fd00::1', to: 'fd00::2' }, { sequence: 1, flags: 24 }, PAYLOAD),
      ]),
    ],
    run: (input) => {
      for (const read of [sourceKey, destinationKey, flowKey, portsOf]) read(input, OFFLOAD_HEADER_BYTES);
      if (input.length > OFFLOAD_HEADER_BYTES) prohibitedReply(input);
      let pieces = 0;
      const said = createSplitter()(Uint8Array.from(input), () => pieces++);
      requireSame('as many pieces as it says', pieces, said);
      const middle = OFFLOAD_HEADER_BYTES + 60;
      createCoalescer()(
        [input.subarray(0, middle), input.subarray(middle), input].filter(
          ({ length }) => length > OFFLOAD_HEADER_BYTES,
        ),
      );
    },
  },
  {
    name: 'local-proxy',
    about: 'SOCKS5 and HTTP CONNECT, of programs on the same computer',
    seeds: [
      Uint8Array.of(5, 1, 0),
      Uint8Array.of(5, 1, 0, 1, 127, 0, 0, 1, 0, 80),
      Uint8Array.of(0, 0, 0, 3, 1, 97, 0, 80, 1),
      'CONNECT sql01:1433 HTTP/1.1\r\nHost: sql01\r\n\r\n',
    ],
    words: ['CONNECT ', ' HTTP/1.1\r\n', '\r\n\r\n', '[fd00::1]:80'],
    run: (input) => {
      for (const read of [readGreeting, readRequest, readDatagram, readConnect]) read(input);
    },
  },
  {
    name: 'proxy-answer',
    about: 'the answer of a company’s proxy to CONNECT',
    seeds: [
      'HTTP/1.1 200 Connection established\r\n\r\n',
      'HTTP/1.1 407 Sign in\r\nProxy-Authenticate: Basic realm="corp"\r\nProxy-Authenticate: Negotiate\r\n\r\n',
      'HTTP/1.0 503 No\r\n\r\n',
    ],
    words: ['HTTP/1.1 ', '407', 'Proxy-Authenticate: ', '\r\n', '\r\n\r\n'],
    run: async (input) => {
      const socket = Object.assign(new EventEmitter(), { pause: () => {} });
      const head = laterOrRefused(() => readHead(socket as unknown as Socket, PROXY));
      for (let at = 0; at < input.length; at += 7) socket.emit('data', input.subarray(at, at + 7));
      socket.emit('close');
      const answer = await head;
      if (answer !== undefined) refusalIn(answer, PROXY, { host: 'relay.example', port: 443 })?.toWire();
    },
  },
];

/** What a reader says of these bytes, given in pieces. */
function heard(side: number, bytes: Uint8Array, piece: number): string[] {
  const said: string[] = [];
  const add = (what: string, payload: Uint8Array) => said.push(`${what} ${Buffer.from(payload).toString('hex')}`);
  const reader = new MessageReader(
    { from: side % 2 === 0 ? 'server' : 'client', maxMessageBytes: LIMITS.RELAY_FRAME_MAX_BYTES.value },
    {
      onMessage: (message) => add('message', message),
      onControl: (opcode, payload) => add(`control ${opcode}`, payload),
      onViolation: (status) => said.push(`violation ${status}`),
    },
  );
  // The reader unmasks where the bytes lie.
  const own = copyWithRoom(bytes);
  for (let at = 0; at < own.length; at += piece) reader.push(own.subarray(at, at + piece));
  return said;
}

function tunnel(): Tunnel {
  return new Tunnel({
    self: SELF as never,
    subscription: subscriptionId.parse('03'.repeat(16)),
    staticKey: new Uint8Array(32).fill(7),
    random: (bytes) => new Uint8Array(bytes).fill(5),
    monotonic: () => 0,
    memory: new FrameMemory(),
    output: {
      sendFrame: () => true,
      deliver: () => {
        throw new Error('a packet was delivered without a session');
      },
      needGrant: () => {},
      verifyGrant: () => {},
      peerChanged: () => {},
      probeReply: () => {},
    },
  });
}
