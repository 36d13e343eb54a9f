/**
 * What a computer in an office offers: a web page and downloads on port 80, an echo on port 7. A program
 * for the lab's hosts; it knows nothing of Causeway, as the programs of users do not.
 *
 *     GET /              a page with the host's name
 *     GET /bytes/N       N bytes, the same on every request; their SHA-256 is printed once sent
 *     GET /stream/N      N bytes as fast as they can be sent, nothing computed
 */
import { createHash } from 'node:crypto';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contentOf } from './content.ts';

const web = createHttpServer((request, response) => {
  const [, kind, size] = /^\/(bytes|stream)\/(\d+)$/.exec(request.url ?? '') ?? [];
  if (kind === undefined) response.end(`<h1>This is ${hostname()}.</h1>\n`);
  else (kind === 'bytes' ? sendBytes : sendStream)(Number(size), response).catch(() => response.destroy());
});

const echo = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});

web.listen(80, '::', () => echo.listen(7, '::', () => process.stdout.write('ready\n')));

async function sendBytes(size: number, response: ServerResponse): Promise<void> {
  const hash = createHash('sha256');
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  const chunks = function* () {
    for (const chunk of contentOf(size)) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.from(chunks()), response);
  process.stdout.write(`${JSON.stringify({ event: 'sent', bytes: size, sha256: hash.digest('hex') })}\n`);
}

async function sendStream(size: number, response: ServerResponse): Promise<void> {
  const block = Buffer.alloc(1_000_000, 'the quick brown fox jumps over the lazy dog\n');
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  const blocks = function* () {
    for (let at = 0; at < size; at += block.length) yield block.subarray(0, size - at);
  };
  await pipeline(Readable.from(blocks()), response);
}
