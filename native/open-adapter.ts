/**
 * The one place that chooses an adapter by operating system.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { Adapter } from './adapter.ts';
import { openTun } from './linux/tun-adapter.ts';

export interface OpenAdapterOptions {
  /** Interface name: 1 to 15 bytes, not yet in use. */
  readonly name: string;
  /** Bytes of the largest ordinary packet, 1,280 to 65,535; LIMITS.ADAPTER_MTU_BYTES unless given. */
  readonly mtu?: number;
}

/**
 * Makes the virtual adapter: down, without addresses and routes.
 * @param platform as process.platform has it
 * @throws CausewayError TUN_MISSING, PRIVILEGE_MISSING, ADAPTER_NAME_TAKEN, ADAPTER_FAILED
 */
export function openAdapter(options: OpenAdapterOptions, platform: NodeJS.Platform): Adapter {
  if (platform === 'linux') return openTun(options);
  throw new CausewayError('ADAPTER_FAILED', { cause: `${platform} is not supported yet` });
}
