/**
 * Proves that names work on this computer as its programs see them: through the C library's own resolver
 * (getaddrinfo), whatever that is set up to do. glibc since 2.26 notices a changed resolv.conf by itself,
 * in running programs too.
 */
import { lookup } from 'node:dns/promises';
import { CausewayError } from '#protocol/errors.ts';

/**
 * Looks up this machine's own full name, which our server answers without asking anybody.
 * @param expected addresses of which every one must be found.
 * @throws CausewayError NAMES_NOT_RESOLVED
 */
export async function proveNames(fullName: string, expected: readonly string[]): Promise<void> {
  const found = await addressesOf(fullName);
  const missing = expected.filter((address) => !found.includes(address));
  if (missing.length > 0) {
    const cause = `it says ${found.join(' and ') || 'nothing'}, not ${missing.join(' and ')}`;
    throw new CausewayError('NAMES_NOT_RESOLVED', { name: fullName, cause });
  }
}

async function addressesOf(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CausewayError('NAMES_NOT_RESOLVED', { name, cause }, { cause: error });
  }
}
