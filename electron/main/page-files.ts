/**
 * The files of the window's page and the headers that go with them, the Content-Security-Policy above all.
 * Knows no Electron: the tests' double serves the page in the same way.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** What the built page holds where the nonce of its style sheets belongs. */
const NONCE_PLACE = '__CSP_NONCE__';

/** @throws Error when there is no such file @param path as {@link fileOf} gives it */
export async function readPageFile(
  path: string,
): Promise<{ body: string | Uint8Array<ArrayBuffer>; headers: Record<string, string> }> {
  const bytes = await readFile(path);
  const nonce = randomBytes(16).toString('base64');
  const body = path.endsWith('.html') ? bytes.toString().replaceAll(NONCE_PLACE, nonce) : new Uint8Array(bytes);
  return { body, headers: headersOf(path, nonce) };
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

function headersOf(path: string, nonce: string): Record<string, string> {
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
