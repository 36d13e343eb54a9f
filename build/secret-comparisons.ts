/**
 * Finds comparisons of secrets that end at the first difference: `===` tells by its time how much of a guess is
 * right. Goes by names, as a person who reads the code would. Pure.
 */
import type { Judgement } from './house-rules.ts';
import type { SourceFile } from './source-tree.ts';

const SECRET = String.raw`\w*(?:[sS]ecret|[pP]roof|[pP]assword|[sS]eed|[nN]once|[vV]erifier|[cC]ookie|[aA]piKey|[mM]acOf|[sS]ignature|[rR]ecovery)`;
const OTHER = String.raw`(?!undefined|null|true|false|''|""|\d|'|")[\w.]+`;
const COMPARED = [
  new RegExp(String.raw`\b${SECRET}\b(?:\(\w*\))?\s*[!=]==?\s*${OTHER}`),
  new RegExp(String.raw`\b(?!undefined|null|typeof)[\w.]+\s*[!=]==?\s*(?:\w+\.)*${SECRET}\b(?!\.)`),
  new RegExp(String.raw`\b${SECRET}\.(?:equals|localeCompare)\(`),
];
const LITERAL = /(?:undefined|null|'[^']*'|"[^"]*")\s*[!=]==?/;

/** @param files sources of what meets strangers; tests compare what they please. */
export function judgeSecretComparisons(files: readonly SourceFile[]): Judgement {
  const findings = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const code = line.replace(/\/\/.*|^\s*\*.*/, '');
      if (!COMPARED.some((pattern) => pattern.test(code)) || LITERAL.test(code)) return [];
      return [`${path}:${index + 1}: ${line.trim().slice(0, 100)}\n    compare with timingSafeEqual or equalBytes`];
    }),
  );
  return { ok: findings.length === 0, findings };
}
