/**
 * The project's own TypeScript files and how long they are. Reads the disk; judges nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDERS } from './cruise.ts';

export interface SourceFile {
  /** From the root of the tree, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

/** Every .ts and .tsx file under {@link FOLDERS} and at the root itself, sorted by path. */
export function sourceFiles(root: string): SourceFile[] {
  const paths = readdirSync(root).filter((name) => name.endsWith('.ts'));
  for (const folder of FOLDERS) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (/\.tsx?$/.test(entry) && !/(?:^|\/)(?:node_modules|dist)\//.test(entry)) paths.push(join(folder, entry));
    }
  }
  return paths.sort().map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, lines: text.split('\n').length - 1 };
  });
}

/** Whether a file is a test, or is there only for tests. */
export function isTest(path: string): boolean {
  return /\.(?:test|fixture)\.tsx?$|\/test-/.test(path);
}
