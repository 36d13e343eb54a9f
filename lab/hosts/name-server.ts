/**
 * A site's ordinary DNS server: knows the names given as NAME=ADDRESS, and answers NXDOMAIN for all
 * others, as a company's resolver does. A program, run on the lab's routers.
 */
import { createSocket } from 'node:dgram';
import * as dns from 'dns-packet';

const known = new Map(process.argv.slice(2).map((pair) => pair.split('=') as [string, string]));
const NXDOMAIN = 3;

const socket = createSocket('udp4');
socket.on('message', (message, sender) => {
  const answer = answerTo(message);
  if (answer) socket.send(answer, sender.port, sender.address);
});
socket.bind(53, '0.0.0.0', () => process.stdout.write('ready\n'));

function answerTo(message: Buffer): Buffer | null {
  let query: dns.Packet;
  try {
    query = dns.decode(message);
  } catch {
    return null;
  }
  const [question] = query.questions ?? [];
  if (question === undefined) return null;
  const address = known.get(question.name.toLowerCase());
  const answers: dns.Answer[] =
    address !== undefined && question.type === 'A' ? [{ type: 'A', name: question.name, ttl: 60, data: address }] : [];
  const code = address === undefined ? NXDOMAIN : 0;
  const flags = dns.RECURSION_DESIRED | dns.RECURSION_AVAILABLE | dns.AUTHORITATIVE_ANSWER | code;
  return dns.encode({ type: 'response', id: query.id ?? 0, flags, questions: [question], answers });
}
