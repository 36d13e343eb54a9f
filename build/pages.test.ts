/** The pages keep up with the tree: what they link to and tell people to type is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(resolve(ROOT, 'package.json'), 'utf8'),
);
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(resolve(ROOT, 'docs')).map((name) => `docs/${name}`)];

describe.each(pages.filter((page) => page.endsWith('.md')))('%s', (page) => {
  const text = readFileSync(resolve(ROOT, page), 'utf8');
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] as string);

  test('links to files that are there', () => {
    const links = all(/\]\((?!https?:)([^)#]+)/g);
    expect(links.filter((link) => !existsSync(resolve(ROOT, dirname(page), link)))).toEqual([]);
  });

  test('names files and folders that are there', () => {
    const named = all(/`((?:protocol|native|agent|relay-server|lab|bench|build|docs)\/[\w./-]*)`/g);
    expect(named.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });

  test('tells people to run scripts that are there', () => {
    expect(all(/npm run ([\w:-]*\w)/g).filter((name) => !(name in scripts))).toEqual([]);
  });
});
