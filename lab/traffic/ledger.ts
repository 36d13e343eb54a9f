/**
 * An application that must not lose what was acknowledged: numbered entries, one every 50 ms, each sent until the
 * other side has said that it has it. Knows nothing of Causeway, as the programs of users do not.
 *
 *     node ledger.ts keep               the book: listens on port 7070, answers each entry with its number
 *     node ledger.ts write HOST         prints {"acked":N,"at":EPOCH_MS,"connections":N} for each entry
 *
 * The book prints {"entries":N,"missing":N,"twice":N} after each entry that is a hundredth, and on SIGUSR2.
 */
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const PORT = 7070;
const EVERY_MS = 50;
const RECONNECT_MS = 250;
/** An application's own patience with one answer. */
const PATIENCE_MS = 60_000;

const [mode, host] = process.argv.slice(2);
if (mode === 'keep') keep();
else write(host ?? '');

function keep(): void {
  const entries = new Set<number>();
  let [highest, twice] = [0, 0];
  const report = () => {
    const missing = highest - entries.size;
    process.stdout.write(`${JSON.stringify({ entries: entries.size, missing, twice })}\n`);
  };
  process.on('SIGUSR2', report);
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      const number = Number(line);
      // Sent again after a break, because its answer did not arrive: kept once.
      if (entries.has(number)) twice++;
      entries.add(number);
      highest = Math.max(highest, number);
      socket.write(`${number}\n`);
      if (number % 100 === 0) report();
    });
  });
  server.listen(PORT, '::', () => process.stdout.write('ready\n'));
}

function write(target: string): void {
  let [next, connections] = [1, 0];
  const open = () => {
    connections++;
    const socket = connect({ host: target, port: PORT, noDelay: true });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    let timer: NodeJS.Timeout | undefined;
    const send = () => socket.write(`${next}\n`);
    socket.on('connect', send);
    createInterface({ input: socket as Socket })
      .on('line', (line) => {
        if (Number(line) !== next) return;
        process.stdout.write(`${JSON.stringify({ acked: next, at: Date.now(), connections })}\n`);
        next++;
        timer = setTimeout(send, EVERY_MS);
      })
      .on('error', () => undefined);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      setTimeout(open, RECONNECT_MS);
    });
  };
  open();
}
