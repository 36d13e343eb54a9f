/**
 * Writes the pages that follow from the code, or checks that they do:
 *
 *     npm run docs                writes docs/errors.md, docs/limits.md and the layers in docs/architecture.md
 *     npm run docs -- --check     writes nothing; fails if a page is behind the code
 *     npm run docs -- --print     prints the layers: picture, sizes, largest file, median file
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ERRORS } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { errorsPage, limitsPage } from './catalogue-pages.ts';
import { cruiseTree } from './cruise.ts';
import { layerPicture, shapeOf, withPicture } from './layer-picture.ts';
import { sourceFiles } from './source-tree.ts';

const ROOT = resolve(import.meta.dirname, '..');

interface Page {
  readonly path: string;
  readonly text: string;
  /** What has to be equal for the page to count as up to date. */
  readonly essence: (text: string) => string;
}

const picture = await picturedLayers();
if (process.argv.includes('--print')) console.log(picture);
else if (process.argv.includes('--check')) check(pages());
else for (const { path, text } of pages()) writeFileSync(resolve(ROOT, path), text);

function pages(): Page[] {
  const architecture = readFileSync(resolve(ROOT, 'docs/architecture.md'), 'utf8');
  const whole = (text: string) => text;
  return [
    { path: 'docs/errors.md', text: errorsPage(ERRORS), essence: whole },
    { path: 'docs/limits.md', text: limitsPage(LIMITS), essence: whole },
    { path: 'docs/architecture.md', text: withPicture(architecture, picture), essence: shapeOf },
  ];
}

function check(wanted: readonly Page[]): void {
  const behind = wanted.filter(
    ({ path, text, essence }) => essence(readFileSync(resolve(ROOT, path), 'utf8')) !== essence(text),
  );
  for (const { path } of behind) console.log(`${path} is behind the code: run \`npm run docs\``);
  if (behind.length > 0) process.exitCode = 1;
}

async function picturedLayers(): Promise<string> {
  const { modules } = await cruiseTree(ROOT);
  const imports = modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(({ resolved }) => /\.tsx?$/.test(resolved) && !resolved.includes('node_modules/'))
      .map(({ resolved }) => ({ from: source, to: resolved })),
  );
  return layerPicture(sourceFiles(ROOT), imports);
}
