/**
 * A network that wants a sign-in: answers plain HTTP with a redirection to its own page, and HTTPS with a certificate
 * of its own. A program for the lab's routers.
 *
 *     node captive-portal.ts HTTP-PORT HTTPS-PORT       with /run/portal.key and /run/portal.crt
 */
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

const [http, https] = process.argv.slice(2).map(Number);
const lead = (_request: unknown, response: ServerResponse) => {
  response.writeHead(302, { location: 'http://login.hotel.example/welcome?client=1' }).end();
};
const secure = createSecureServer(
  { key: readFileSync('/run/portal.key'), cert: readFileSync('/run/portal.crt') },
  lead,
);
createServer(lead).listen(http, () => secure.listen(https, () => process.stdout.write('ready\n')));
