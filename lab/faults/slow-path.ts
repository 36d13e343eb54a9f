/**
 * A path that delays and now and then loses: passes TCP on, each piece 400 ms later, and every twentieth with
 * everything behind it two seconds later, as TCP has it that sends a lost packet again. A program for the lab's
 * routers.
 *
 *     node slow-path.ts PORT HOST
 */
import { connect, createServer, type Socket } from 'node:net';

const DELAY_MS = 400;
const STALL_MS = 2_000;
const STALL_EVERY = 20;
const [port, host] = process.argv.slice(2);

createServer((client) => {
  const server = connect({ host: host ?? '', port: 443 });
  pass(client, server);
  pass(server, client);
}).listen(Number(port), () => process.stdout.write('ready\n'));

function pass(from: Socket, to: Socket): void {
  let [pieces, notBefore] = [0, 0];
  from.on('data', (piece) => {
    pieces++;
    const delay = DELAY_MS + (pieces % STALL_EVERY === 0 ? STALL_MS : 0);
    notBefore = Math.max(notBefore, Date.now() + delay);
    setTimeout(() => to.write(piece), notBefore - Date.now());
  });
  from.on('error', () => to.destroy());
  from.on('close', () => setTimeout(() => to.destroy(), DELAY_MS));
}
