/**
 * Looks for secrets in what programs have printed: all tokens and keys of ours by their form, and those that
 * the lab itself knows, in every spelling. Pure.
 */
import { decodeToken } from '#protocol/token.ts';

/** By form. Not the one-time secret of a first start: to print that is what it is for. */
const FORMS: readonly (readonly [what: string, form: RegExp])[] = [
  ['an activation token', /\bcwt1_[\w-]{20,}/],
  ['an API key', /\bcwk_[\w-]{20,}/],
  ['a lock key', /\bcwl1_[\w-]{20,}/],
  ['a recovery secret', /\bcwr1_[\w-]{20,}/],
  ['a signed statement', /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY/],
  ['a session', /__Host-causeway=[\w-]{20,}/],
];
const FIRST_START = /"event":"first-secret"/;
/** What is shorter may be anything. */
const SHORTEST = 16;

/** @returns what was found, one a finding, without the secret itself. */
export function secretsIn(text: string, known: readonly string[]): string[] {
  const lines = text.split('\n').filter((line) => !FIRST_START.test(line));
  const found = new Set<string>();
  for (const line of lines) {
    for (const [what, form] of FORMS) if (form.test(line)) found.add(`${what}: ${line.slice(0, 60)}…`);
    for (const secret of known) if (line.includes(secret)) found.add(`a known secret: ${line.slice(0, 60)}…`);
  }
  return [...found];
}

/** A secret in the spellings in which it could be printed. @param secret a token of ours, or base64url of a key */
export function spellingsOf(secret: string): string[] {
  const bytes = bytesOf(secret);
  const spellings = [secret, ...(['hex', 'base64', 'base64url'] as const).map((spelling) => bytes.toString(spelling))];
  return spellings.map((text) => text.replace(/=+$/, '')).filter((text) => text.length >= SHORTEST);
}

/** Nothing for a token that is mistyped on purpose: its text is all there is. */
function bytesOf(secret: string): Buffer {
  if (!secret.startsWith('cwt1_')) return Buffer.from(secret, 'base64url');
  try {
    return Buffer.from(decodeToken(secret).secret);
  } catch {
    return Buffer.alloc(0);
  }
}
