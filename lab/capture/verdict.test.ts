import { describe, expect, it } from 'vitest';
import { pcapHeader, pcapPackets, pcapRecord } from './pcap.ts';
import { judgeCapture } from './verdict.ts';

const SERVER = { address: '198.18.0.10', port: 443 };
const CLIENT = { address: '198.19.1.1', port: 50_000 };
const EXPECTED = { server: SERVER.address, port: SERVER.port };

interface End {
  readonly address: string;
  readonly port: number;
}

/** An Ethernet frame with a TCP segment, as a capture shows it. */
function segment(from: End, to: End, sequence: number, payload: Buffer, syn = false): Buffer {
  const frame = Buffer.alloc(14 + 20 + 20);
  frame.writeUInt16BE(0x0800, 12);
  const ip = frame.subarray(14);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(40 + payload.length, 2);
  ip.writeUInt8(6, 9);
  ip.set(from.address.split('.').map(Number), 12);
  ip.set(to.address.split('.').map(Number), 16);
  const tcp = ip.subarray(20);
  tcp.writeUInt16BE(from.port, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(sequence >>> 0, 4);
  tcp.writeUInt8(0x50, 12);
  tcp.writeUInt8(syn ? 2 : 16, 13);
  return Buffer.concat([frame, payload]);
}

function record(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(5 + length, 0xab);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16BE(0x0303, 1);
  bytes.writeUInt16BE(length, 3);
  return bytes;
}

const HELLO = record(22, 200);
const DATA = record(23, 1_000);
const BEGINS = 0xffffff00; // so that the sequence numbers wrap round
const syn = segment(CLIENT, SERVER, BEGINS, Buffer.alloc(0), true);
const at = (offset: number, payload: Buffer) => segment(CLIENT, SERVER, BEGINS + 1 + offset, payload);

describe('judgeCapture', () => {
  it('accepts a stream of TLS records, cut anywhere, out of order, sent twice', () => {
    const bytes = Buffer.concat([HELLO, DATA, DATA]);
    const pieces = [0, 3, 199, 700, 1_500].map((start, i, starts) => at(start, bytes.subarray(start, starts[i + 1])));
    const [first, second, third, ...rest] = pieces as [Buffer, Buffer, Buffer, ...Buffer[]];
    const verdict = judgeCapture([syn, third, first, second, third, ...rest, at(-1, Buffer.alloc(1))], EXPECTED);
    expect(verdict).toEqual({ unexpected: [], tlsStreams: 1, tlsBytes: bytes.length, housekeeping: 0 });
  });

  const refused: [string, Buffer[], RegExp][] = [
    ['plain HTTP', [syn, at(0, Buffer.from('GET / HTTP/1.1\r\n\r\n'))], /not a handshake/],
    ['plain text after TLS', [syn, at(0, HELLO), at(HELLO.length, Buffer.from('hello, world'))], /no TLS record/],
    ['a gap', [syn, at(0, HELLO), at(HELLO.length + 10, DATA)], /missing from the capture/],
    ['another port', [segment(CLIENT, { ...SERVER, port: 80 }, 1, HELLO)], /198\.18\.0\.10:80/],
    ['another host', [segment(CLIENT, { ...SERVER, address: '198.18.0.11' }, 1, HELLO)], /198\.18\.0\.11:443/],
    ['a ping', [ping()], /IPv4 protocol 1/],
    ['UDP', [udp()], /IPv4 protocol 17/],
  ];
  it.each(refused)('names %s', (_, packets, pattern) => {
    expect(judgeCapture(packets, EXPECTED).unexpected.join('\n')).toMatch(pattern);
  });

  it('counts ARP as housekeeping', () => {
    const arp = Buffer.alloc(42);
    arp.writeUInt16BE(0x0806, 12);
    expect(judgeCapture([arp], EXPECTED)).toMatchObject({ unexpected: [], housekeeping: 1 });
  });
});

describe('pcap', () => {
  it('gives back what was written', () => {
    const file = Buffer.concat([
      pcapHeader(),
      pcapRecord(HELLO, 1_700_000_000_123),
      pcapRecord(DATA, 1_700_000_000_124),
    ]);
    expect([...pcapPackets(file)]).toEqual([HELLO, DATA]);
    expect(() => [...pcapPackets(file.subarray(0, -1))]).toThrow(RangeError);
    expect(() => [...pcapPackets(Buffer.alloc(24))]).toThrow(RangeError);
  });
});

function ping(): Buffer {
  const frame = segment(CLIENT, SERVER, 0, Buffer.alloc(0));
  frame.writeUInt8(1, 14 + 9);
  return frame;
}

function udp(): Buffer {
  const frame = segment(CLIENT, SERVER, 0, Buffer.alloc(0));
  frame.writeUInt8(17, 14 + 9);
  return frame;
}
