/**
 * How electron-builder packs the desktop application, for every system: its configuration as data, checked
 * against the schema that electron-builder publishes. MSI and Debian package of the agent are made by our
 * own builders beside this; what comes out here is the application, which they may carry.
 */
import { FUSES } from '../../fuses.ts';

export interface Packing {
  /** Directory of an unpacked Electron, and its version. */
  readonly electronDist: string;
  readonly electronVersion: string;
  /** The built application (build/desktop.ts). */
  readonly application: string;
  readonly output: string;
}

/** From here on Electron has all fuses that are set; in an older one there is nothing to set. */
const FUSED_FROM = 30;
/** @electron/fuses 1, which electron-builder 26 brings, does not know it; as Electron has it, it is on. */
const NOT_KNOWN_YET = 'wasmTrapHandlers';

export function builderConfiguration({ electronDist, electronVersion, application, output }: Packing) {
  const fuses = Object.entries(FUSES).filter(([name]) => name !== NOT_KNOWN_YET);
  const fused = Number.parseInt(electronVersion, 10) >= FUSED_FROM;
  return {
    appId: 'org.causeway.desktop',
    productName: 'Causeway',
    copyright: 'Causeway',
    electronDist,
    electronVersion,
    directories: { app: application, output },
    // Modules are copied as files of the application: there is nothing to install or to compile.
    npmRebuild: false,
    files: ['**/*', { from: 'node_modules', to: 'node_modules' }],
    asar: true,
    // Loaded by the system, which reads no archives.
    asarUnpack: ['**/*.node'],
    ...(fused && { electronFuses: Object.fromEntries(fuses.map(([name, { on }]) => [name, on])) }),
    fileAssociations: [{ ext: 'causeway', name: 'Causeway activation file', role: 'Viewer' }],
    linux: { target: ['dir', 'deb'], category: 'Network', maintainer: 'Causeway <causeway@localhost>' },
    win: { target: ['dir', 'msi'] },
    msi: { perMachine: true, oneClick: true, runAfterFinish: false },
    mac: { target: ['dir', 'dmg'], category: 'public.app-category.utilities', hardenedRuntime: true },
    publish: null,
  };
}
