/**
 * Sends the portal to browsers: one page for every address that the portal's own router knows, and the
 * files it loads. Knows nothing of what is in them.
 *
 * The page is the same for everybody and holds no secret. It is read anew for each visit, so that a
 * portal built while the server runs is the one that is sent.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cspReports, pagePolicy } from './security-headers.ts';

/** Stands in index.html where the nonce goes; build/portal-config.ts puts it there. */
const NONCE_PLACEHOLDER = '{{nonce}}';
const ONE_YEAR = '365d';

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Causeway</title>
<body>
<h1>The portal is not built</h1>
<p>Run <code>npm run build</code> in the directory of Causeway on the server, then reload this page.</p>
`;

/** @param directory of the built portal, by default the one that belongs to this program. */
export async function portalFiles(app: FastifyInstance, directory: string = builtPortal()): Promise<void> {
  await cspReports(app);
  await app.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: '/assets/',
    suppressWarning: true, // that the folder is not there yet is said on the page
    preCompressed: true,
    immutable: true,
    maxAge: ONE_YEAR,
    index: false,
    dotfiles: 'deny',
    decorateReply: false,
    setHeaders: (reply) => void reply.header('vary', 'accept-encoding'),
  });
  app.get('/', { schema: { hide: true } }, (_request, reply) => sendPage(reply, directory));
  app.get('/*', { schema: { hide: true } }, async (request, reply) => {
    if (!isForThePortal(request)) return reply.callNotFound();
    return sendPage(reply, directory);
  });
}

/** Beside the bundle, or in the tree that this file is in. */
function builtPortal(): string {
  const beside = join(import.meta.dirname, 'portal');
  return existsSync(join(beside, 'index.html')) ? beside : resolve(import.meta.dirname, '../../dist/portal');
}

/** A person's browser that goes to an address outside the API. A program gets the refusal it can read. */
function isForThePortal({ url, headers }: FastifyRequest): boolean {
  const path = url.split('?', 1)[0] ?? '';
  if (/^\/(?:api|assets)(?:\/|$)/i.test(path) || /(?:^|\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)|\\|%5c|%00/i.test(path)) {
    return false;
  }
  return headers.accept?.includes('text/html') ?? false;
}

async function sendPage(reply: FastifyReply, directory: string): Promise<FastifyReply> {
  const nonce = randomBytes(18).toString('base64');
  const page = await readFile(join(directory, 'index.html'), 'utf8').catch(() => undefined);
  return reply
    .status(page === undefined ? 503 : 200)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': pagePolicy(nonce),
      vary: 'accept',
    })
    .send((page ?? NOT_BUILT).replaceAll(NONCE_PLACEHOLDER, nonce));
}
