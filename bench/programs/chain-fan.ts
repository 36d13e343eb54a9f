/**
 * The bare chain of node-chain.ts for many receivers: bytes without end from one process by way of a second
 * to as many as connect, over TLS and with nothing else of ours.
 *
 *     node chain-fan.ts source                     writes to everybody who connects
 *     node chain-fan.ts pass HOST                  joins everybody who connects to the source at HOST
 *     node chain-fan.ts sink HOST SETTLE SECONDS   prints the bytes that came in SECONDS, after SETTLE
 */
import { setTimeout as pause } from 'node:timers/promises';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { selfMade } from './self-made.ts';

const PORT = 9444;
/** As a super-packet of ours. */
const PIECE = Buffer.alloc(65_000);
/** What our agents read into, for the receivers are to be no slower than those. */
const RECORD = new Uint8Array(16_384);

const [role, host = '', settle = '0', seconds = '0'] = process.argv.slice(2);
if (role === 'sink') await sink(Number(settle), Number(seconds));
else listen(role === 'source' ? fill : pass);

function listen(serve: (client: TLSSocket) => void): void {
  const server = createServer(selfMade(), (client) => {
    client.on('error', () => client.destroy());
    serve(client);
  });
  server.listen(PORT, () => console.log('ready'));
}

function fill(client: TLSSocket): void {
  const more = () => {
    while (client.write(PIECE));
  };
  client.on('drain', more);
  more();
}

function pass(client: TLSSocket): void {
  const source = connect({ host, port: PORT, rejectUnauthorized: false });
  source.on('error', () => client.destroy());
  client.on('close', () => source.destroy());
  source.pipe(client);
}

async function sink(settleSeconds: number, forSeconds: number): Promise<void> {
  let bytes = 0;
  const onread = {
    buffer: RECORD,
    callback: (length: number) => {
      bytes += length;
      return true;
    },
  };
  const socket = connect({ host, port: PORT, rejectUnauthorized: false, ...{ onread } });
  socket.on('error', (error) => {
    throw error;
  });
  await pause(settleSeconds * 1_000);
  const before = bytes;
  await pause(forSeconds * 1_000);
  console.log(JSON.stringify(bytes - before));
  process.exit();
}
