/**
 * Activation by a link or a file that somebody opens: `causeway://activate?token=…`, or a `.causeway` file
 * that holds the token on a line of its own. What comes from there is a stranger's: it is offered to the
 * person in the window, and never used unasked. Pure.
 */
import { decodeToken } from '#protocol/token.ts';

/** A file that is longer holds no token. */
export const ACTIVATION_FILE_MAX_BYTES = 4_096;

/** @returns the token, if the address is an activation link with a well-formed one */
export function tokenOfLink(address: string): string | undefined {
  if (address.length > ACTIVATION_FILE_MAX_BYTES || !URL.canParse(address)) return undefined;
  const { protocol, host, pathname, searchParams } = new URL(address);
  if (protocol !== 'causeway:' || `${host}${pathname}`.replace(/\/+$/, '') !== 'activate') return undefined;
  return wellFormed(searchParams.get('token') ?? '');
}

/** @returns the token in the text of an activation file; lines that begin with # are for people */
export function tokenOfFile(text: string): string | undefined {
  const line = text.split(/\r?\n/).find((line) => line.trim() !== '' && !line.startsWith('#'));
  return wellFormed(line ?? '');
}

/** @returns the first activation link or file among the words of a command line */
export function activationOf(words: readonly string[]): { link: string } | { file: string } | undefined {
  for (const word of words) {
    if (word.startsWith('causeway:')) return { link: word };
    if (word.endsWith('.causeway') && !word.startsWith('-')) return { file: word };
  }
  return undefined;
}

function wellFormed(text: string): string | undefined {
  try {
    decodeToken(text.trim());
    return text.trim();
  } catch {
    return undefined;
  }
}
