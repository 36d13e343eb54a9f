/**
 * Plants a bug into the sources as Node loads them: the files stay as they are. To be called before anything
 * of the product is imported.
 */
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PLANTED_BUGS } from './planted-bugs.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** @throws Error for a name that is none; loading throws when a snippet is not in its file exactly once */
export function plant(name: string): void {
  const bug = PLANTED_BUGS[name];
  if (bug === undefined) throw new Error(`there is no bug ${name}; there are ${Object.keys(PLANTED_BUGS).join(', ')}`);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const patches = bug.patches.filter(({ file }) => pathToFileURL(resolve(ROOT, file)).href === url);
      if (patches.length === 0) return loaded;
      let source = String(loaded.source instanceof Uint8Array ? Buffer.from(loaded.source) : loaded.source);
      for (const { file, snippet, instead } of patches) {
        if (source.split(snippet).length !== 2) throw new Error(`${file} does not hold exactly once: ${snippet}`);
        source = source.replace(snippet, () => instead);
      }
      return { ...loaded, source };
    },
  });
}
