/**
 * One line on what is wrong with a value's shape. Never holds the value: it may be a secret.
 */
import type { z } from 'zod';

const MAX_CHARACTERS = 200;

export function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'not of the right shape';
  const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  return `${where}${issue.message}`.slice(0, MAX_CHARACTERS);
}
