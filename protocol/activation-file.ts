/**
 * The activation file, `NAME.causeway`: a text that holds an activation token on a line of its own; lines that
 * begin with # are for people. Read by whoever lets a person open or drop one. Pure.
 */
import { decodeToken } from './token.ts';

/** A file that is longer holds no token. */
export const ACTIVATION_FILE_MAX_BYTES = 4_096;

/** @param subscription its name, for people */
export function activationFileText(token: string, subscription: string): string {
  return [
    `# Joins a computer to the Causeway network ${subscription}. Open this file with Causeway.`,
    '# Whoever has it can let a computer in: give it to nobody else.',
    `${token}\n`,
  ].join('\n');
}

/** @returns the token in the text of an activation file */
export function tokenOfFile(text: string): string | undefined {
  return wellFormedToken(tokenLineOf(text) ?? '');
}

/** @returns the line that should be the token, unchecked */
export function tokenLineOf(text: string): string | undefined {
  return text.split(/\r?\n/).find((line) => line.trim() !== '' && !line.startsWith('#'));
}

/** @returns the text without the white space around it, if it is a well-formed token */
export function wellFormedToken(text: string): string | undefined {
  try {
    decodeToken(text);
    return text.trim();
  } catch {
    return undefined;
  }
}
