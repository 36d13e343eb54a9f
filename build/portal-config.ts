/**
 * How Vite makes the portal, for the build and for the dev server alike. Loaded only where something is
 * built: it needs the packages that `npm ci --omit=dev` leaves out.
 */
import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';

export const ROOT = resolve(import.meta.dirname, '..');
export const PORTAL_SOURCES = join(ROOT, 'relay-server/portal');

/** Stands in index.html where the server writes the nonce of each answer. */
const NONCE_PLACEHOLDER = '{{nonce}}';

export function portalConfig(): InlineConfig {
  return {
    configFile: false,
    root: PORTAL_SOURCES,
    base: '/',
    logLevel: 'warn',
    cacheDir: join(ROOT, 'node_modules/.vite-portal'),
    publicDir: false,
    html: { cspNonce: NONCE_PLACEHOLDER },
    plugins: [react(), refuseSchemas()],
    build: {
      // The first that know light-dark() in style sheets; what imitates it for older ones breaks Mantine's schemes.
      target: ['chrome123', 'firefox120', 'safari17.5'],
      assetsDir: 'assets',
      // The Content-Security-Policy lets nothing inline in; and a file is cached, its text in a script is not.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      sourcemap: false,
      chunkSizeWarningLimit: 1_000,
      // What three pages need, all need sooner or later: one file, and not forty for a first visit over HTTP/1.1.
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 3 }] } } },
    },
  };
}

/** The only one that checks what the server says: what it signs, the server must not decide. */
const SIGNING_HAND = /pages\/lock\/signing-hand\.ts$/;

/** The shapes of protocol/ are types to the portal: its 60 KB of schemas check what the server has checked already. */
function refuseSchemas(): Plugin {
  return {
    name: 'causeway:no-schemas',
    apply: 'build',
    generateBundle(_options, bundle) {
      const withSchemas = (name: string, seen = new Set<string>()): boolean => {
        const chunk = bundle[name];
        if (chunk?.type !== 'chunk' || seen.has(name)) return false;
        seen.add(name);
        return (
          chunk.moduleIds.some((id) => /node_modules\/zod\//.test(id)) ||
          chunk.imports.some((next) => withSchemas(next, seen))
        );
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || !(chunk.isEntry || chunk.isDynamicEntry)) continue;
        if (SIGNING_HAND.test(chunk.facadeModuleId ?? '') || !withSchemas(chunk.fileName)) continue;
        this.error(`${chunk.facadeModuleId} must not load zod: import types only.`);
      }
    },
  };
}
