/**
 * Downloads an installer with a token in it many times at once, and throws it away: a program for the bench.
 *
 *     many-downloads.ts URL COUNT        the token comes by the environment, as TOKEN
 *
 * Twice a second it prints a line of JSON: how many answers have begun, and how many bytes have come.
 */
import { request } from 'node:https';

const [url = '', count = '1'] = process.argv.slice(2);
const body = new URLSearchParams({ token: process.env.TOKEN ?? '' }).toString();
let begun = 0;
let bytes = 0;
let refused = 0;

for (let each = 0; each < Number(count); each++) {
  const asked = request(url, {
    method: 'POST',
    agent: false,
    // It made its certificate itself, for the run.
    rejectUnauthorized: false,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  asked.on('response', (answer) => {
    if (answer.statusCode === 200) begun++;
    else refused++;
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
  });
  asked.on('error', () => {
    refused++;
  });
  asked.end(body);
}
setInterval(() => process.stdout.write(`${JSON.stringify({ begun, refused, bytes })}\n`), 500);
