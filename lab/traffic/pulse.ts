/**
 * Holds one TCP connection to an echo service and sends a byte every 10 ms. Prints the time of each echo
 * (`echo EPOCH_MS`), so that whoever cuts the path sees when the last byte got through. A program for the
 * lab's hosts.
 *
 *     node pulse.ts HOST
 */
import { connect } from 'node:net';

const INTERVAL_MS = 10;
const socket = connect({ host: process.argv[2] ?? '', port: 7, noDelay: true });
socket.on('connect', () => setInterval(() => socket.write('.'), INTERVAL_MS));
socket.on('data', () => process.stdout.write(`echo ${Date.now()}\n`));
socket.on('error', (error) => end(error.message));
socket.on('close', () => end('closed'));

function end(why: string): never {
  process.stdout.write(`ended ${why}\n`);
  process.exit();
}
