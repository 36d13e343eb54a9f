/** The one place that chooses, by operating system, where activation tokens may lie. */
import { type LinuxPlaces, linuxTokenSources } from './linux-sources.ts';
import type { TokenSource } from './token-sources.ts';

export async function systemTokenSources(places: Omit<LinuxPlaces, 'policyFile'>): Promise<TokenSource[]> {
  if (process.platform !== 'win32') return linuxTokenSources(places);
  // Loaded where it is needed: it declares functions that the other system's libraries do not have.
  const { windowsTokenSources } = await import('./windows-sources.ts');
  const { readString, deleteValue } = await import('#native/windows/registry.ts');
  return windowsTokenSources({ readString, deleteValue });
}
