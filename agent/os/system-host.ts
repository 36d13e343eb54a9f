/** The one place that chooses the real `Host` by operating system. */
import type { Host } from '../engine/host.ts';

export interface SystemHostOptions {
  readonly stateDirectory: string;
  readonly adapterName: string;
}

/** Loaded where it is needed: each declares functions that the others' libraries do not have. */
export async function systemHost(options: SystemHostOptions): Promise<Host> {
  if (process.platform === 'win32') {
    const { WindowsHost } = await import('./windows/windows-host.ts');
    return new WindowsHost(options);
  }
  if (process.platform === 'darwin') {
    const { MacHost } = await import('./macos/macos-host.ts');
    return new MacHost(options);
  }
  const { LinuxHost } = await import('./linux-host.ts');
  return new LinuxHost(options);
}
