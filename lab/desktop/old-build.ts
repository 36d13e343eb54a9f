/**
 * Builds the desktop application for the one real Electron that the tests can get: 9.4.1, with Node 12 and
 * Chromium 83. The application's own sources, translated to older JavaScript and style sheets.
 */
import promises from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import type { Plugin as VitePlugin } from 'vite';
import { buildDesktop, type DesktopBuild } from '#build/desktop.ts';
import { ROOT } from '#build/portal-config.ts';
import { oldStyles } from './old-styles.ts';

const FS_PROMISES = '\0fs-promises';
const OLD_JAVASCRIPT = join(ROOT, 'lab/desktop/old-javascript.ts');
const SHIM = join(ROOT, 'lab/desktop/electron-9.ts');
const NODE = 'es2019';
const CHROMIUM = 'chrome83';

export function buildOldDesktop(directory: string): Promise<DesktopBuild> {
  return buildDesktop({
    directory,
    main: { file: 'main.js', format: 'cjs' },
    input: {
      external: [],
      transform: { target: NODE },
      plugins: [electronByShim(), withoutHosting(), nodePrefixes()],
    },
    window: {
      plugins: [oldStyles(), oldJavaScript()],
      build: { target: CHROMIUM, cssTarget: CHROMIUM, cssMinify: 'lightningcss' },
    },
  });
}

/** Everybody who wants Electron gets the shim; only the shim gets Electron. */
function electronByShim(): Plugin {
  return {
    name: 'causeway:electron-9',
    resolveId(id, importer) {
      if (id !== 'electron') return null;
      const itself = importer === SHIM || importer?.includes('/electron/preload/') === true;
      return itself ? { id: 'electron', external: true } : SHIM;
    },
  };
}

/** The engine needs a newer Node: this build attaches to an agent that runs outside. */
function withoutHosting(): Plugin {
  return {
    name: 'causeway:without-hosting',
    load(id) {
      if (!id.endsWith('/electron/main/hosted-agent.ts')) return null;
      return 'export function HostedAgent() { throw new Error("The engine does not run on Node 12."); }';
    },
  };
}

/** Node 12 knows neither `node:fs` nor `fs/promises`. */
function nodePrefixes(): Plugin {
  return {
    name: 'causeway:no-node-prefix',
    resolveId(id) {
      if (id === 'node:fs/promises') return FS_PROMISES;
      return id.startsWith('node:') ? { id: id.slice('node:'.length), external: true } : null;
    },
    load(id) {
      if (id !== FS_PROMISES) return null;
      const names = Object.keys(promises).filter((name) => name !== 'constants');
      return `import { promises } from 'fs';\nexport const { ${names.join(', ')} } = promises;`;
    },
  };
}

/** The page begins with what Chromium 83 lacks. */
function oldJavaScript(): VitePlugin {
  return {
    name: 'causeway:old-javascript',
    transform(code, id) {
      if (!id.endsWith('/renderer/main.tsx')) return null;
      return { code: `import ${JSON.stringify(OLD_JAVASCRIPT)};\n${code}`, map: null };
    },
  };
}
