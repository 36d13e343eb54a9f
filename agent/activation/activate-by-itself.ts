/**
 * Activates an agent that has just started by the token that an installer or a policy left for it, without
 * anybody there: again and again while the server can not be reached, once if it refuses.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { Backoff } from '../connection/backoff.ts';
import { mayPass } from './passing.ts';
import { findToken, type TokenSource } from './token-sources.ts';

export interface SelfActivation {
  readonly engine: {
    status(): Pick<AgentStatus, 'machine'>;
    up(request: { token: string; timeoutMs: number }): Promise<unknown>;
  };
  readonly sources: readonly TokenSource[];
  readonly stop: AbortSignal;
  readonly log: (message: string, details: Record<string, unknown>) => void;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly backoff?: Backoff;
}

/** Never rejects. What an activated agent finds is of no use any more, and is taken away as well. */
export async function activateByItself({
  engine,
  sources,
  stop,
  log,
  sleep,
  backoff = new Backoff(),
}: SelfActivation): Promise<void> {
  try {
    while (engine.status().machine === null) {
      const found = await findToken(sources);
      if (found === undefined || stop.aborted) return;
      const { kind, where } = found.source;
      try {
        await engine.up({ token: found.text, timeoutMs: LIMITS.CONTROL_TIMEOUT_MS.value });
        log('activated by itself', { source: kind, where });
      } catch (error) {
        if (stop.aborted) return;
        const passing = mayPass(error);
        const why = error instanceof CausewayError ? `${error.code}: ${error.message}` : String(error);
        log('could not activate by itself', { source: kind, where, error: why, again: passing });
        if (!passing) return;
        await sleep(backoff.next(), stop);
      }
    }
    for (const source of sources) await source.wipe();
  } catch (error) {
    if (!stop.aborted) log('could not look for an activation token', { error: String(error) });
  }
}
