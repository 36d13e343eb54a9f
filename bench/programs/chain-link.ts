/**
 * A link of the bare chain of node-chain.ts: passes 142 bytes on, with no WebSocket, no tunnel, no adapter
 * and no program of ours.
 *
 *     node chain-link.ts relay                   joins two connections
 *     node chain-link.ts echo HOST               sends back what comes
 *     node chain-link.ts ping HOST PAUSE COUNT   prints the round trips as JSON, in milliseconds
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { selfMade } from './self-made.ts';

const PORT = 9443;
/** A ping of 84 bytes as our agent sends it: with tunnel, frame and WebSocket headers. */
const MESSAGE = Buffer.alloc(142);

const [role, host = '', pauseMs = '0', count = '0'] = process.argv.slice(2);
if (role === 'relay') relay();
else if (role === 'echo') await echo();
else await ping(Number(pauseMs), Number(count));

function relay(): void {
  const ends: TLSSocket[] = [];
  const server = createServer(selfMade(), (end) => {
    end.setNoDelay(true);
    end.on('error', () => end.destroy());
    end.on('close', () => ends.splice(ends.indexOf(end), 1));
    ends.push(end);
    end.on('data', (bytes) => ends.find((other) => other !== end)?.write(bytes));
  });
  server.listen(PORT, () => console.log('ready'));
}

async function dial(): Promise<TLSSocket> {
  const socket = connect({ host, port: PORT, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  return socket;
}

async function echo(): Promise<void> {
  const socket = await dial();
  socket.on('data', (bytes) => socket.write(bytes));
  console.log('ready');
}

async function ping(pauseBetween: number, times: number): Promise<void> {
  const socket = await dial();
  const roundTrips: number[] = [];
  for (let i = 0; i < times; i++) {
    await pause(pauseBetween);
    const answered = once(socket, 'data');
    const sentAt = performance.now();
    socket.write(MESSAGE);
    await answered;
    roundTrips.push(performance.now() - sentAt);
  }
  console.log(JSON.stringify(roundTrips.map((ms) => Math.round(ms * 1_000) / 1_000)));
  process.exit();
}
