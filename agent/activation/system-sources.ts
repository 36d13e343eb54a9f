/** The one place that chooses, by operating system, where activation tokens may lie. */
import { linuxTokenSources, type OwnPlaces } from './linux-sources.ts';
import type { TokenSource } from './token-sources.ts';

export async function systemTokenSources(places: OwnPlaces): Promise<TokenSource[]> {
  if (process.platform === 'darwin') return (await import('./macos-sources.ts')).macTokenSources(places);
  if (process.platform !== 'win32') return linuxTokenSources(places);
  // Loaded where it is needed: it declares functions that the other system's libraries do not have.
  const { windowsTokenSources } = await import('./windows-sources.ts');
  const { readString, deleteValue } = await import('#native/windows/registry.ts');
  return windowsTokenSources({ readString, deleteValue });
}
