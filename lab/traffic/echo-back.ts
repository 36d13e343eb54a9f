/**
 * A UDP service that answers with what it was sent, and says how often. A program for the lab's hosts; it knows nothing of
 * Causeway.
 *
 *     node echo-back.ts PORT
 */
import { createSocket } from 'node:dgram';

const socket = createSocket('udp6');
let count = 0;
socket.on('message', (bytes, { address, port }) => {
  count += 1;
  socket.send(`${count}: ${bytes}`, port, address);
});
socket.bind(Number(process.argv[2]), () => process.stdout.write('ready\n'));
