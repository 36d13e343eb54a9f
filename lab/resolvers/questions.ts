/** Which questions came to the agent's name server, out of a capture of a host's loopback interface. */
import { decode } from 'dns-packet';
import { DEFAULT_DNS_ADDRESS, DNS_PORT } from '#agent/dns/server.ts';

const ETHERNET_BYTES = 14;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_UDP = 17;

/** Each question once, though loopback shows a packet twice. */
export function questionsToAgent(packets: Iterable<Buffer>): string[] {
  const questions = new Map<string, string>();
  for (const frame of packets) {
    if (frame.length < ETHERNET_BYTES + 28 || frame.readUInt16BE(12) !== ETHERTYPE_IPV4) continue;
    const packet = frame.subarray(ETHERNET_BYTES);
    const udp = packet.subarray((packet.readUInt8(0) & 15) * 4);
    const destination = packet.subarray(16, 20).join('.');
    if (packet[9] !== PROTOCOL_UDP || destination !== DEFAULT_DNS_ADDRESS || udp.readUInt16BE(2) !== DNS_PORT) continue;
    const { id, questions: [question] = [] } = decode(udp.subarray(8));
    if (question !== undefined)
      questions.set(`${udp.readUInt16BE(0)} ${id} ${question.type}`, question.name.toLowerCase());
  }
  return [...questions.values()];
}
