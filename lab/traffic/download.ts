/**
 * Downloads a URL over one TCP connection, without trying again, and prints one line of JSON at the end.
 * A program for the lab's hosts.
 *
 *     node download.ts URL
 */
import { createHash } from 'node:crypto';
import { get } from 'node:http';

const started = performance.now();
const hash = createHash('sha256');
let bytes = 0;

const request = get(process.argv[2] ?? '', { agent: false }, (response) => {
  response.on('data', (chunk: Buffer) => {
    if (bytes === 0) process.stdout.write(`${JSON.stringify({ event: 'first-byte' })}\n`);
    bytes += chunk.length;
    hash.update(chunk);
  });
  response.on('end', () => {
    const seconds = (performance.now() - started) / 1000;
    const complete = bytes === Number(response.headers['content-length']);
    print({ event: complete ? 'complete' : 'cut-short', bytes, seconds, sha256: hash.digest('hex') });
  });
  response.on('error', fail);
});
request.on('error', fail);

const progress = setInterval(() => process.stdout.write(`${JSON.stringify({ event: 'progress', bytes })}\n`), 100);

function print(result: object): void {
  clearInterval(progress);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function fail(error: Error): void {
  print({ event: 'failed', bytes, cause: error.message });
  process.exitCode = 1;
}
