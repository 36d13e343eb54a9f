/**
 * The window's page under a scheme of its own, in place of file://, which would reach every file. Serves
 * the built window and nothing beside it, with a strict Content-Security-Policy.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

const SCHEME = 'causeway-window';
export const PAGE_ORIGIN = `${SCHEME}://app`;
export const PAGE_ADDRESS = `${PAGE_ORIGIN}/index.html`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** What the built page holds where the nonce of its style sheets belongs. */
const NONCE_PLACE = '__CSP_NONCE__';

/** To be called before the application is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** @param directory with the built window */
export function servePage(directory: string): void {
  protocol.handle(SCHEME, async ({ url }) => {
    const path = fileOf(directory, url);
    if (path === undefined) return new Response('Not found', { status: 404 });
    try {
      const bytes = await readFile(path);
      const nonce = randomBytes(16).toString('base64');
      const body = path.endsWith('.html') ? bytes.toString().replaceAll(NONCE_PLACE, nonce) : new Uint8Array(bytes);
      return new Response(body, { headers: headersOf(path, nonce) });
    } catch {
      return new Response('Not found', { status: 404 });
    }
  });
}

/** @returns undefined for whatever is not below the directory */
export function fileOf(directory: string, url: string): string | undefined {
  let pathname: string;
  try {
    pathname = decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
  const path = normalize(join(directory, pathname));
  return path.startsWith(directory + sep) && !path.includes('\0') && extname(path) in TYPES ? path : undefined;
}

export function headersOf(path: string, nonce: string): Record<string, string> {
  return {
    'content-type': TYPES[extname(path)] ?? '',
    'x-content-type-options': 'nosniff',
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}
