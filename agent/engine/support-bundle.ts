/**
 * Puts together what is saved for somebody who helps. Every text goes through the redaction once more,
 * wherever it came from.
 */
import { release, type } from 'node:os';
import type { Check, SupportBundle } from '#protocol/local-api.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { AGENT_VERSION, software } from '../control/software.ts';
import type { HostDescription } from './host.ts';
import { redactedDeep } from './redaction.ts';

export interface BundleParts {
  readonly status: AgentStatus;
  readonly checks: Check[];
  readonly computer: HostDescription;
  readonly log: string[];
}

export function supportBundleOf({ status, checks, computer, log }: BundleParts): SupportBundle {
  const { addresses, routes, resolver } = computer;
  return redactedDeep<SupportBundle>({
    format: 'causeway-support-bundle/1',
    madeAt: new Date().toISOString(),
    versions: {
      agent: AGENT_VERSION,
      node: process.version,
      openssl: process.versions.openssl,
      os: software().os,
      kernel: `${type()} ${release()}`,
    },
    process: { uptimeSeconds: Math.round(process.uptime()), residentBytes: process.memoryUsage.rss() },
    status,
    checks,
    computer: { addresses: [...addresses], routes: [...routes], resolver: [...resolver] },
    log,
  });
}
