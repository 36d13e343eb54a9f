/**
 * Sends one datagram to a host's SQL Server browser, and prints the answer as hexadecimal digits, or
 * nothing when none came in a second. A program for the lab's hosts.
 *
 *     node ask.ts HOST HEX
 */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { RESOLUTION_PORT } from './resolution.ts';

const PATIENCE_MS = 1_000;
const [host = '', hex = ''] = process.argv.slice(2);
const { address, family } = await lookup(host);
const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
socket.on('message', (answer) => {
  process.stdout.write(`${answer.toString('hex')}\n`);
  process.exit();
});
socket.send(Buffer.from(hex, 'hex'), RESOLUTION_PORT, address);
setTimeout(() => process.exit(), PATIENCE_MS);
