/**
 * Rules of the house that no linter has: how long a file may be, and words that must not stay in one.
 * Pure: looks at texts, reads no disk.
 */
import type { SourceFile } from './source-tree.ts';

/** A file longer than this is several files. */
const MAX_LINES = 400;

export interface Judgement {
  readonly ok: boolean;
  /** One finding a line. */
  readonly findings: readonly string[];
}

export function judgeSizes(files: readonly SourceFile[]): Judgement {
  const long = files.filter(({ lines }) => lines > MAX_LINES).sort((a, b) => b.lines - a.lines);
  return {
    ok: long.length === 0,
    findings: long.map(({ path, lines }) => `${path} has ${lines} lines; ${MAX_LINES} are the most`),
  };
}

/** What users run, and not what tests it. */
const PRODUCT = /^(?:protocol|runtime|native|agent|relay-server|electron)\/(?!.*(?:\.test|\.fixture|test-support))/;

interface Word {
  readonly pattern: RegExp;
  readonly why: string;
  /** Only in files of these paths. */
  readonly where?: RegExp;
}

/** What must not stay in a file, and why. Written so that none of them finds itself. */
const WORDS: readonly Word[] = [
  { pattern: /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/, why: 'do it now, or write it down in docs/known-issues.md' },
  { pattern: /\b(?:test|describe|it|suite)\.on[l]y\b/, why: 'the other tests would silently not run' },
  { pattern: /@ts-(?:ig[n]ore|noch[e]ck)\b/, why: 'what the compiler refuses is mended, not hidden' },
  { pattern: /(?<![\w.])\/(?:ho[m]e|Us[e]rs)\/\w/, why: 'a path of one computer' },
  { pattern: /\bdebug[g]er;/, why: 'left from a debugging session' },
  {
    pattern: /\.sl[i]ce\(\)/,
    why: 'of a Buffer that is no copy; copy bytes by new Uint8Array(bytes), a list by [...list]',
  },
  { pattern: /^\s*(?:await )?using \w+ =/, why: 'Node 22 can not read it; dispose in a finally', where: PRODUCT },
];

export function judgeWords(files: readonly SourceFile[]): Judgement {
  const findings = files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        WORDS.filter(({ pattern, where = /./ }) => where.test(path) && pattern.test(line)).map(
          ({ why }) => `${path}:${index + 1}: ${line.trim().slice(0, 100)}\n    ${why}`,
        ),
      ),
  );
  return { ok: findings.length === 0, findings };
}
