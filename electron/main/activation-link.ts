/**
 * Activation by a link or a file that somebody opens: `causeway://activate?token=…`, or a `.causeway` file
 * (protocol/activation-file.ts). What comes from there is a stranger's: it is offered to the
 * person in the window, and never used unasked. Pure.
 */
import { resolve } from 'node:path';
import { ACTIVATION_FILE_MAX_BYTES, wellFormedToken } from '#protocol/activation-file.ts';

/** A link that is longer holds no token. */
const LINK_MAX_CHARACTERS = ACTIVATION_FILE_MAX_BYTES;

/** @returns the token, if the address is an activation link with a well-formed one */
export function tokenOfLink(address: string): string | undefined {
  if (address.length > LINK_MAX_CHARACTERS || !URL.canParse(address)) return undefined;
  const { protocol, host, pathname, searchParams } = new URL(address);
  if (protocol !== 'causeway:' || `${host}${pathname}`.replace(/\/+$/, '') !== 'activate') return undefined;
  return wellFormedToken(searchParams.get('token') ?? '');
}

/**
 * @param directory in which the command line was typed
 * @returns the first activation link or file among its words
 */
export function activationOf(
  words: readonly string[],
  directory: string,
): { link: string } | { file: string } | undefined {
  for (const word of words) {
    if (word.startsWith('causeway:')) return { link: word };
    if (word.endsWith('.causeway') && !word.startsWith('-')) return { file: resolve(directory, word) };
  }
  return undefined;
}
