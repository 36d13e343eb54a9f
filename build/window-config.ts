/** How Vite makes the page of the desktop window. */
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';
import { ROOT } from './portal-config.ts';

/** Stands in the page where the main process writes the nonce (electron/main/page-protocol.ts). */
const NONCE_PLACE = '__CSP_NONCE__';

/** @param more for a browser that is not ours */
export function windowConfig(more: Pick<InlineConfig, 'plugins' | 'build' | 'css'> = {}): InlineConfig {
  return {
    configFile: false,
    root: join(ROOT, 'renderer'),
    base: './',
    logLevel: 'warn',
    cacheDir: join(ROOT, 'node_modules/.vite-window'),
    publicDir: false,
    html: { cspNonce: NONCE_PLACE },
    ...(more.css && { css: more.css }),
    plugins: [react(), paintFirst(), ...(more.plugins ?? [])],
    build: {
      // Of Electron 45.
      target: 'chrome140',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1_000,
      ...more.build,
    },
  };
}

/**
 * Nothing is painted before the style sheets in the head have come. Ours goes to the end of the body: what
 * the page has in itself stands there at once, and the script still waits for the sheet.
 */
function paintFirst(): Plugin {
  return {
    name: 'causeway:paint-first',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const sheet = /\n *<link rel="stylesheet"[^>]*>/;
        const [link] = sheet.exec(html) ?? [];
        if (link === undefined) throw new Error('the page has no style sheet');
        return html.replace(sheet, '').replace('\n  </body>', `${link}\n  </body>`);
      },
    },
  };
}
