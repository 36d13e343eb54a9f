/**
 * A program for the lab's hosts: waits for the moment at which another machine answers. It asks by UDP
 * every few milliseconds, long before there is a way, so it is started ahead of what it watches and costs
 * that no start-up of its own.
 *
 *     node first-answer.ts echo             sends every datagram back; prints `ready`
 *     node first-answer.ts ask ADDRESS      prints `ready`, then, as milliseconds of the Unix epoch, `route T`
 *                                           when the kernel first had a way there and `answer T`, and ends
 */
import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** Nothing else in the lab listens there. */
const PORT = 9_007;
/** The resolution of what is measured. */
const ASK_EVERY_MS = 5;

const [role, address = ''] = process.argv.slice(2);
if (role === 'echo') echo();
else ask();

function echo(): void {
  const socket = createSocket('udp4');
  // While the asking machine is away there may be no way back to it.
  socket.on('message', (question, { port, address: from }) => socket.send(question, port, from, () => undefined));
  socket.bind(PORT, () => process.stdout.write('ready\n'));
}

function ask(): void {
  const socket = createSocket('udp4');
  // An answer to somebody who asked before, late from a queue, must not count.
  const question = Buffer.from(randomUUID());
  let routed = false;
  const send = () =>
    socket.send(question, PORT, address, (error) => {
      if (error !== null || routed) return;
      routed = true;
      process.stdout.write(`route ${now()}\n`);
    });
  const timer = setInterval(send, ASK_EVERY_MS);
  socket.on('message', (answer) => {
    if (!answer.equals(question)) return;
    process.stdout.write(`answer ${now()}\n`);
    clearInterval(timer);
    socket.close();
  });
  socket.bind(0, () => process.stdout.write('ready\n'));
}

/** With the fraction that `Date.now` leaves out. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
