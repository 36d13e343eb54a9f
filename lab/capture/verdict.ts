/**
 * Judges a capture: does it hold nothing but TLS to and from one port of one server? Every TCP stream is
 * put together again and walked record by record from its first byte to its last. Pure: packets in,
 * verdict out.
 */
import { parseFrame, type TcpSegment } from './packets.ts';
import { TcpStream } from './tcp-stream.ts';
import { tlsFault } from './tls-records.ts';

export interface Verdict {
  /** Packets that are something else, described; empty is what one hopes for. */
  readonly unexpected: readonly string[];
  /** TCP streams (one direction each) that are TLS from end to end. */
  readonly tlsStreams: number;
  readonly tlsBytes: number;
  /** ARP and IPv6 neighbour discovery, which every Ethernet has. */
  readonly housekeeping: number;
}

export interface Expected {
  readonly server: string;
  readonly port: number;
}

export function judgeCapture(packets: Iterable<Buffer>, expected: Expected): Verdict {
  const unexpected: string[] = [];
  const streams = new Map<string, TcpStream>();
  let housekeeping = 0;
  for (const packet of packets) {
    const frame = parseFrame(packet);
    if (frame.kind === 'housekeeping') housekeeping++;
    else if (frame.kind === 'other' || !belongs(frame, expected)) unexpected.push(frame.text);
    else streamOf(streams, frame).add(frame);
  }
  let tlsBytes = 0;
  for (const [name, stream] of streams) {
    const { bytes, complete } = stream.assemble();
    const fault = complete ? tlsFault(bytes) : 'bytes are missing from the capture';
    if (fault !== null) unexpected.push(`${name}: ${fault}`);
    tlsBytes += bytes.length;
  }
  return { unexpected, tlsStreams: streams.size, tlsBytes, housekeeping };
}

function belongs(segment: TcpSegment, { server, port }: Expected): boolean {
  return (
    (segment.source === server && segment.sourcePort === port) ||
    (segment.destination === server && segment.destinationPort === port)
  );
}

/** A SYN begins a new stream, even where an older one had the same ports. */
function streamOf(streams: Map<string, TcpStream>, segment: TcpSegment): TcpStream {
  const name = `${segment.source}:${segment.sourcePort} > ${segment.destination}:${segment.destinationPort}`;
  const known = streams.get(name);
  if (known !== undefined && !(segment.syn && known.begins !== segment.sequence)) return known;
  if (known !== undefined) streams.set(`${name} #${streams.size}`, known);
  const stream = new TcpStream(segment.sequence);
  streams.set(name, stream);
  return stream;
}
