/**
 * What the agent tells the control plane of itself, for the administrator's list.
 */
import { readFileSync } from 'node:fs';
import { arch, release, type } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };

export interface Software {
  readonly os: string;
  readonly agentVersion: string;
}

export const AGENT_VERSION: string = packageJson.version;

export function software(): Software {
  return { os: `${distribution() ?? `${type()} ${release()}`} (${arch()})`.slice(0, 80), agentVersion: AGENT_VERSION };
}

/** PRETTY_NAME of os-release(5), where there is one. */
function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
