/**
 * Style sheets for Chromium 83: without cascade layers (their order in the file does instead), with
 * -webkit-any() for :where() and :is(), with :focus for :focus-visible, and with the long forms of shorthands
 * that it does not have. Spaces between the items of a flex box, which it does not have either, are margins
 * here. What it shows is close to what the real one shows, not the same.
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
  return withoutShorthands(withoutLayers(css))
    .replaceAll(':where(', ':-webkit-any(')
    .replaceAll(':is(', ':-webkit-any(')
    .replaceAll(':focus-visible', ':focus')
    .replaceAll('dvh', 'vh');
}

const SHORTHANDS: Readonly<Record<string, readonly string[]>> = {
  inset: ['top', 'right', 'bottom', 'left'],
  'padding-inline': ['padding-left', 'padding-right'],
  'margin-inline': ['margin-left', 'margin-right'],
};

/** Only those with one value, which all of ours are. */
function withoutShorthands(css: string): string {
  return css.replace(/([{;])(inset|padding-inline|margin-inline):([^;}]+)/g, (_all, before, name, value) => {
    const long = SHORTHANDS[name] ?? [];
    return before + long.map((property) => `${property}:${value}`).join(';');
  });
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
.mantine-Switch-thumb { left: var(--switch-thumb-start, var(--switch-track-label-padding)); }
`;
