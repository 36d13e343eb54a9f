/**
 * Which C library the programs of this computer use, as far as names are concerned: musl (Alpine) asks all
 * name servers at once and believes whoever answers first.
 */
import { existsSync, readdirSync } from 'node:fs';

/** musl's loader is there, and glibc's cache of libraries, which musl has no use for, is not. */
export function usesMusl(): boolean {
  if (existsSync('/etc/ld.so.cache')) return false;
  try {
    return readdirSync('/lib').some((name) => name.startsWith('ld-musl-'));
  } catch {
    return false;
  }
}
