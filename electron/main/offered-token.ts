/** The activation token that somebody brings by a link or a file on the command line. */
import { readFileSync, statSync } from 'node:fs';
import { ACTIVATION_FILE_MAX_BYTES, tokenOfFile } from '#protocol/activation-file.ts';
import { activationOf, tokenOfLink } from './activation-link.ts';

/** @param directory in which the words were typed @returns undefined when there is none, or none that is well formed */
export function offeredToken(words: readonly string[], directory: string): string | undefined {
  const offered = activationOf(words, directory);
  if (offered === undefined) return undefined;
  if ('link' in offered) return tokenOfLink(offered.link);
  try {
    if (statSync(offered.file).size > ACTIVATION_FILE_MAX_BYTES) return undefined;
    return tokenOfFile(readFileSync(offered.file, 'utf8'));
  } catch {
    return undefined;
  }
}
