/**
 * Style sheets for Chromium 83: without cascade layers (their order in the file does instead), and with
 * -webkit-any() for :where(), which it does not have. Spaces between the items of a flex box, which it does
 * not have either, are margins here. What it shows is close to what the real one shows, not the same.
 */
import type { Plugin } from 'vite';

export function oldStyles(): Plugin {
  return {
    name: 'causeway:old-styles',
    enforce: 'post',
    generateBundle(_options, files) {
      for (const file of Object.values(files)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
        file.source = `${downLevel(String(file.source))}\n${SPACES}`;
      }
    },
  };
}

export function downLevel(css: string): string {
  return withoutLayers(css).replaceAll(':where(', ':-webkit-any(');
}

/** `@layer x{…}` becomes what is in it; `@layer x,y;` nothing. */
function withoutLayers(css: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const layer = css.indexOf('@layer', at);
    if (layer < 0) return out + css.slice(at);
    out += css.slice(at, layer);
    const [open, end] = [css.indexOf('{', layer), css.indexOf(';', layer)];
    if (end >= 0 && (open < 0 || end < open)) {
      at = end + 1;
      continue;
    }
    const close = closing(css, open);
    out += withoutLayers(css.slice(open + 1, close));
    at = close + 1;
  }
}

function closing(css: string, open: number): number {
  let depth = 0;
  for (let at = open; at < css.length; at++) {
    if (css[at] === '{') depth++;
    else if (css[at] === '}' && --depth === 0) return at;
  }
  return css.length;
}

const SPACES = `
.mantine-Stack-root > * + * { margin-top: var(--stack-gap, 1rem); }
.mantine-Group-root > * + * { margin-left: var(--group-gap, 1rem); }
`;
