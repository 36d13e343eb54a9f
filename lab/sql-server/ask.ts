/**
 * Sends datagrams to a host's SQL Server browser, each from a port of its own, and prints a line for each:
 * the answer as hexadecimal digits, or an empty one when none came in a second. A program for the lab's
 * hosts.
 *
 *     node ask.ts HOST HEX …
 */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { RESOLUTION_PORT } from './resolution.ts';

const PATIENCE_MS = 1_000;
const [host = '', ...questions] = process.argv.slice(2);
const { address, family } = await lookup(host);
const answers = await Promise.all(questions.map((hex) => ask(Buffer.from(hex, 'hex'))));
process.stdout.write(`${answers.join('\n')}\n`);

function ask(datagram: Buffer): Promise<string> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('message', (answer) => resolve(answer.toString('hex')));
  socket.send(datagram, RESOLUTION_PORT, address);
  setTimeout(resolve, PATIENCE_MS, '');
  return promise.finally(() => socket.close());
}
