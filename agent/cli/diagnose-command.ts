/**
 * `causeway diagnose`: the agent's checks, or, where there is no agent or it says nothing, those that can be made
 * without it.
 */
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check } from '#protocol/local-api.ts';
import { writeDurably } from '#runtime/durable-file.ts';
import { diagnoseWithoutAgent } from '../engine/offline-diagnosis.ts';
import type { LocalClient } from '../local-api/client.ts';

export interface DiagnoseOptions {
  connect(): Promise<LocalClient>;
  readonly stateDirectory: string;
  /** File for a bundle. */
  readonly save?: string | undefined;
  show(check: Check): void;
}

/** @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY, PRIVILEGE_MISSING */
export async function diagnoseThisComputer(options: DiagnoseOptions): Promise<{ checks: Check[]; saved: boolean }> {
  try {
    const agent = await options.connect();
    try {
      return await askAgent(agent, options);
    } finally {
      agent[Symbol.dispose]();
    }
  } catch (error) {
    if (!isRefusal(error, 'AGENT_NOT_RUNNING') && !isRefusal(error, 'AGENT_SILENT')) throw error;
    const checks = await diagnoseWithoutAgent(error, options.stateDirectory, options.show);
    return { checks, saved: false };
  }
}

async function askAgent(agent: LocalClient, options: DiagnoseOptions): Promise<{ checks: Check[]; saved: boolean }> {
  await requireSign(agent);
  if (options.save === undefined) {
    const { checks } = await agent.call('diagnose', {}, options.show);
    return { checks, saved: false };
  }
  const bundle = await agent.call('bundle', {}, options.show);
  await writeDurably(options.save, `${JSON.stringify(bundle, null, 2)}\n`, 0o600);
  return { checks: bundle.checks, saved: true };
}

/** Any answer will do: a stopped process lets others connect, and says nothing. @throws CausewayError AGENT_SILENT */
async function requireSign(agent: LocalClient): Promise<void> {
  const milliseconds = LIMITS.AGENT_SILENT_MS.value;
  const late = AbortSignal.timeout(milliseconds);
  await agent.call('status', {}, undefined, late).catch((error: unknown) => {
    if (error === late.reason) throw new CausewayError('AGENT_SILENT', { seconds: milliseconds / 1_000 });
    if (isRefusal(error, 'AGENT_NOT_RUNNING')) throw error;
  });
}
