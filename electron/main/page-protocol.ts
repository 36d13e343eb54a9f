/**
 * The window's page under a scheme of its own, in place of file://, which would reach every file. Serves
 * the built window and nothing beside it, with a strict Content-Security-Policy.
 */
import { protocol } from 'electron';
import { isOfPage, SCHEME } from './page-address.ts';
import { fileOf, readPageFile } from './page-files.ts';

/** To be called before the application is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** @param directory with the built window */
export function servePage(directory: string): void {
  protocol.handle(SCHEME, async ({ url }) => {
    const path = isOfPage(url) ? fileOf(directory, url) : undefined;
    if (path === undefined) return new Response('Not found', { status: 404 });
    try {
      const { body, headers } = await readPageFile(path);
      return new Response(body, { headers });
    } catch {
      return new Response('Not found', { status: 404 });
    }
  });
}
