/**
 * The software and hardware the agent runs on: what it tells the control plane of itself, and what the
 * processor can do.
 */
import { readFileSync } from 'node:fs';
import { arch, release, type, version } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };

export interface Software {
  readonly os: string;
  readonly agentVersion: string;
}

export const AGENT_VERSION: string = packageJson.version;

export function software(): Software {
  return { os: `${distribution() ?? `${type()} ${release()}`} (${arch()})`.slice(0, 80), agentVersion: AGENT_VERSION };
}

/** PRETTY_NAME of os-release(5), where there is one; on Windows its product name, as `Windows 11 Pro`; `macOS 15.6`. */
function distribution(): string | undefined {
  if (process.platform === 'win32') return version();
  try {
    if (process.platform === 'darwin') return macVersion(readFileSync(SYSTEM_VERSION, 'utf8'));
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

const SYSTEM_VERSION = '/System/Library/CoreServices/SystemVersion.plist';

/** @param list a property list of XML (plist(5)) */
function macVersion(list: string): string | undefined {
  const version = /<key>ProductVersion<\/key>\s*<string>([\d.]+)<\/string>/.exec(list)?.[1];
  return version === undefined ? undefined : `macOS ${version}`;
}

/** The flags line of /proc/cpuinfo (x86) or its Features line (ARM); undefined where there is none. */
export function cpuFlags(): string | undefined {
  try {
    return /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
