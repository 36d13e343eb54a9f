/**
 * Builds the desktop application for the one real Electron that the tests can get: 9.4.1, with Node 12 and
 * Chromium 83. The application's own sources, translated to older JavaScript and style sheets.
 */
import promises from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import { buildDesktop, type DesktopBuild } from '#build/desktop.ts';
import { ROOT } from '#build/portal-config.ts';
import { oldStyles } from './old-styles.ts';

const FS_PROMISES = '\0fs-promises';
const SHIM = join(ROOT, 'lab/desktop/electron-9.ts');
const PAGE_ENTRY = join(ROOT, 'renderer/main.tsx');
const PAGE_SHIM = join(ROOT, 'lab/desktop/chromium-83.ts');
const NODE = 'es2019';
const CHROMIUM = 'chrome83';

export function buildOldDesktop(directory: string): Promise<DesktopBuild> {
  return buildDesktop({
    directory,
    main: { file: 'main.js', format: 'cjs' },
    input: {
      external: ['koffi'],
      transform: { target: NODE },
      plugins: [electronByShim(), nodePrefixes()],
    },
    window: {
      plugins: [oldStyles(), firstInThePage()],
      build: { target: CHROMIUM, cssTarget: CHROMIUM, cssMinify: 'lightningcss' },
    },
  });
}

/** What the page's browser lacks comes before all that needs it. */
function firstInThePage(): Plugin {
  return {
    name: 'causeway:chromium-83',
    transform(code, id) {
      return id === PAGE_ENTRY ? { code: `import ${JSON.stringify(PAGE_SHIM)};\n${code}`, map: null } : null;
    },
  };
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
