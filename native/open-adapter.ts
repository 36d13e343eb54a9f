/**
 * The one place that chooses an adapter by operating system.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { Adapter } from './adapter.ts';

export interface OpenAdapterOptions {
  /** Interface name, not yet in use: on Linux 1 to 15 bytes; on macOS `utun5`, or `utun` for the next that is free. */
  readonly name: string;
  /** Bytes of the largest ordinary packet, 1,280 to 65,535; LIMITS.ADAPTER_MTU_BYTES unless given. */
  readonly mtu?: number;
}

/**
 * Makes the virtual adapter: without addresses and routes, and on Linux down.
 * @param platform as process.platform has it
 * @throws CausewayError TUN_MISSING, WINTUN_MISSING, WINTUN_UNUSABLE, PRIVILEGE_MISSING, ADAPTER_NAME_TAKEN, ADAPTER_FAILED
 */
export async function openAdapter(options: OpenAdapterOptions, platform: NodeJS.Platform): Promise<Adapter> {
  // Loaded where it is needed: each declares what the other systems' libraries do not have.
  if (platform === 'linux') return (await import('./linux/tun-adapter.ts')).openTun(options);
  if (platform === 'win32') return (await import('./windows/wintun-adapter.ts')).openWintun(options);
  if (platform === 'darwin') return (await import('./macos/utun-adapter.ts')).openUtun(options);
  throw new CausewayError('ADAPTER_FAILED', { cause: `${platform} is not supported yet` });
}
