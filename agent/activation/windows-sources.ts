/**
 * The places of tokens on Windows: values of the registry, two of which the installer writes
 * (build/installers/msi/). The one for the name of the installer's file is the whole path, as Windows
 * Installer knows it; browsers and people put more into names, so the token is looked for in it.
 */
import { wellFormedToken } from '#protocol/activation-file.ts';
import type { TokenSource } from './token-sources.ts';

/** Below HKEY_LOCAL_MACHINE. */
const POLICY_KEY = 'Software\\Policies\\Causeway';
const SETTINGS_KEY = 'Software\\Causeway';
const TOKEN = /cwt1_[A-Za-z0-9_-]+/g;

/** Values of the registry; what is not there is undefined. */
export interface Registry {
  readString(key: string, name: string): string | undefined;
  deleteValue(key: string, name: string): void;
}

export function windowsTokenSources({ readString, deleteValue }: Registry): TokenSource[] {
  const sourceOf = (kind: TokenSource['kind'], key: string, name: string): TokenSource => ({
    kind,
    where: `HKLM\\${key}\\${name}`,
    read: async () => readString(key, name),
    wipe: async () => deleteValue(key, name),
  });
  const installer = sourceOf('file name', SETTINGS_KEY, 'Installer');
  return [
    { ...sourceOf('policy', POLICY_KEY, 'ActivationToken'), wipe: async () => undefined },
    sourceOf('command line', SETTINGS_KEY, 'ActivationToken'),
    { ...installer, read: async () => tokenInName((await installer.read()) ?? '') },
  ];
}

/** @returns the well-formed token in the name of a file; undefined if there is none, or only a part of one */
export function tokenInName(path: string): string | undefined {
  const name = path.split(/[\\/]/).at(-1) ?? '';
  return [...name.matchAll(TOKEN)].map(([text]) => wellFormedToken(text)).find((token) => token !== undefined);
}
