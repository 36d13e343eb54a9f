/**
 * Waits until a role instance is connected, all parts proven, and says clearly why not when the time is over.
 */
import { CausewayError } from '#protocol/errors.ts';
import { type AgentStatus, PART_ORDER } from '#protocol/status.ts';
import type { Engine } from '../engine/engine.ts';

const PARTS: Record<(typeof PART_ORDER)[number], string> = {
  activation: 'Activation',
  control: 'The control plane',
  relay: 'The relay',
  adapter: 'The adapter',
  names: 'The names',
};

/** @throws CausewayError ROLE_NOT_CONNECTED with the first part that is not proven; the signal's own reason */
export async function waitForConnectivity(
  engine: Pick<Engine, 'watch' | 'status'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const enough = new AbortController();
  const timeout = AbortSignal.timeout(timeoutMs);
  let connected = false;
  await engine.watch({
    progress: ({ summary }) => {
      if (summary !== 'connected') return;
      connected = true;
      enough.abort();
    },
    taken: async () => undefined,
    signal: AbortSignal.any([signal, timeout, enough.signal]),
  });
  if (connected) return;
  signal.throwIfAborted();
  throw notConnected(engine.status(), timeoutMs);
}

function notConnected({ parts }: AgentStatus, timeoutMs: number): CausewayError {
  const seconds = timeoutMs / 1_000;
  const name = PART_ORDER.find((one) => parts[one].state !== 'ok') ?? 'activation';
  const { error, detail } = parts[name];
  const cause = error?.message ?? `${PARTS[name]} gave no answer yet${detail === '' ? '' : ` (${detail})`}.`;
  const remedy = error?.remedy ?? 'See that this instance may reach the relay server; Diagnostics: true tells more.';
  return new CausewayError('ROLE_NOT_CONNECTED', { seconds, cause, remedy });
}
