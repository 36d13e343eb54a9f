/**
 * The fuses of the Electron that installers pack: switches in its binary that nothing can turn back on at run
 * time, under the names that electron-builder (`electronFuses`) and @electron/fuses (`FuseV1Options`, with a
 * capital letter) have for them. docs/security.md has the same table, and a test compares.
 */

export interface Fuse {
  readonly on: boolean;
  /** Why it stands as it does; one sentence. */
  readonly reason: string;
}

export const FUSES = {
  runAsNode: {
    on: false,
    reason:
      'Nothing of ours needs it: the service runs on a Node of its own, and the application hosts the agent in its main process. With it, `ELECTRON_RUN_AS_NODE` would make the signed program run anybody’s script.',
  },
  enableCookieEncryption: {
    on: true,
    reason: 'The window keeps no cookies; should one ever come, it does not lie on the disk in the clear.',
  },
  enableNodeOptionsEnvironmentVariable: {
    on: false,
    reason: '`NODE_OPTIONS` and `NODE_EXTRA_CA_CERTS` would load code and certificates into the main process.',
  },
  enableNodeCliInspectArguments: {
    on: false,
    reason: '`--inspect` would let any program of the user command the main process, which may be root’s.',
  },
  enableEmbeddedAsarIntegrityValidation: {
    on: true,
    reason: 'macOS and Windows refuse an archive of the application that was changed after it was built.',
  },
  onlyLoadAppFromAsar: {
    on: true,
    reason: 'Without it, a directory beside the archive would be loaded in its place, and never be checked.',
  },
  loadBrowserProcessSpecificV8Snapshot: {
    on: false,
    reason: 'The application brings no snapshot of its own, so there is none that could be exchanged.',
  },
  grantFileProtocolExtraPrivileges: {
    on: false,
    reason: 'The window comes by a scheme of its own; `file://` needs no rights beyond those of a browser.',
  },
  wasmTrapHandlers: {
    on: true,
    reason: 'As Electron has it: it makes WebAssembly fast, which the policy of the page does not let run anyway.',
  },
} as const satisfies Readonly<Record<string, Fuse>>;
