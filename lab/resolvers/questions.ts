/** Which questions came to a name server, out of a capture of one of its interfaces. */
import { decode } from 'dns-packet';
import { DEFAULT_DNS_ADDRESS, DNS_PORT } from '#agent/dns/server.ts';

const ETHERNET_BYTES = 14;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_UDP = 17;
const IPV6_HEADER_BYTES = 40;

/** To the agent's own, on a host's loopback interface. Each question once, though loopback shows a packet twice. */
export function questionsToAgent(frames: Iterable<Buffer>): string[] {
  const packets = [...frames]
    .filter((frame) => frame.length >= ETHERNET_BYTES && frame.readUInt16BE(12) === ETHERTYPE_IPV4)
    .map((frame) => frame.subarray(ETHERNET_BYTES))
    .filter((packet) => packet.subarray(16, 20).join('.') === DEFAULT_DNS_ADDRESS);
  return questionsIn(packets);
}

/** To whatever listens behind an interface without frames, as the adapter is one: its packets begin with the IP header. */
export function questionsIn(packets: Iterable<Buffer>): string[] {
  const questions = new Map<string, string>();
  for (const packet of packets) {
    const udp = udpOf(packet);
    if (udp === null || udp.length <= 8 || udp.readUInt16BE(2) !== DNS_PORT) continue;
    const { id, questions: [question] = [] } = decode(udp.subarray(8));
    if (question !== undefined)
      questions.set(`${udp.readUInt16BE(0)} ${id} ${question.type}`, question.name.toLowerCase());
  }
  return [...questions.values()];
}

function udpOf(packet: Buffer): Buffer | null {
  const first = packet[0] ?? 0;
  if (first >> 4 === 4) return packet[9] === PROTOCOL_UDP ? packet.subarray((first & 15) * 4) : null;
  return first >> 4 === 6 && packet[6] === PROTOCOL_UDP ? packet.subarray(IPV6_HEADER_BYTES) : null;
}
