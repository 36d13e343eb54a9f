/**
 * The part of docs/architecture.md that a command writes: which folder really imports which, and how
 * long the files are. Pure: takes what was cruised and read.
 */
import { isTest, type SourceFile } from './source-tree.ts';

const BEGIN = '<!-- layers: written by `npm run docs` -->';
const END = '<!-- end of layers -->';

/** One import of a file by another, both from the root of the tree. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Markdown: a picture of the folders' imports and a table of their sizes. Tests are counted, not drawn. */
export function layerPicture(files: readonly SourceFile[], imports: readonly Import[]): string {
  const arrows = new Set<string>();
  for (const { from, to } of imports) {
    const [left, right] = [folderOf(from), folderOf(to)];
    if (left !== right && !isTest(from)) arrows.add(`  ${left} --> ${right}`);
  }
  const largest = files.reduce((most, file) => (file.lines > most.lines ? file : most));
  const folders = [...new Set(files.map(({ path }) => folderOf(path)))].filter((folder) => folder !== '.').sort();
  const rows = folders.map((folder) => {
    const here = files.filter(({ path }) => folderOf(path) === folder);
    const code = here.filter((file) => !isTest(file.path));
    const lines = (some: SourceFile[]) => some.reduce((sum, file) => sum + file.lines, 0);
    return `| \`${folder}/\` | ${code.length} | ${lines(code)} | ${medianLines(code)} | ${here.length - code.length} | ${lines(here) - lines(code)} |`;
  });
  return [
    '```mermaid',
    'flowchart TB',
    ...[...arrows].sort(),
    '```',
    '',
    'An arrow is an import. `lab`, `bench` and `build` look at the product; nothing looks back.',
    '',
    '| folder | files | lines | median | tests | lines of tests |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
    `Largest file: \`${largest.path}\`, ${largest.lines} lines. Median file: ${medianLines(files)} lines, of ${files.length}.`,
  ].join('\n');
}

/**
 * The page with the picture between its markers.
 * @throws Error when the page has no markers.
 */
export function withPicture(page: string, picture: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page lacks the lines "${BEGIN}" and "${END}"`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${picture}\n\n${page.slice(end)}`;
}

/**
 * The page with its changing numbers and the name of the largest file left out: what `--check` compares,
 * so that a folder or an arrow too many is noticed and a line more in some file is not.
 */
export function shapeOf(page: string): string {
  return page
    .slice(Math.max(0, page.indexOf(BEGIN)), page.indexOf(END))
    .replace(/^Largest file: .*$/m, 'Largest file')
    .replace(/\d+/g, '0');
}

/** The upper median; 0 of no files. */
export function medianLines(files: readonly SourceFile[]): number {
  const sorted = files.map(({ lines }) => lines).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '.';
}
