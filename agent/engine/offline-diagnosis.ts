/**
 * `causeway diagnose` without an agent: it does not run, or says nothing. What can be seen from outside of it is
 * looked at by the command itself: the stored activation, the directory, the whole way to the server.
 */
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import type { Check } from '#protocol/local-api.ts';
import { systemProxies } from '../proxy/system-proxies.ts';
import { type Activation, loadActivation } from '../state/activation-file.ts';
import { type Finding, outcome } from './check-outcome.ts';
import { checkWay } from './server-checks.ts';
import { stateFinding } from './state-check.ts';

/**
 * @param why the agent's absence: AGENT_NOT_RUNNING or AGENT_SILENT
 * @param stateDirectory of the agent; who may not read it gets a diagnosis of the agent alone
 */
export async function diagnoseWithoutAgent(
  why: CausewayError,
  stateDirectory: string,
  onCheck: (check: Check) => void,
): Promise<Check[]> {
  const checks: Check[] = [];
  const run = async (name: string, work: () => Finding | Promise<Finding>) => {
    const check = await outcome(name, work);
    checks.push(check);
    onCheck(check);
  };
  await run('agent', () => Promise.reject(why));
  let activation: Activation | undefined;
  await run('activation', async () => {
    activation = await loadActivation(stateDirectory).catch(asPrivilege);
    if (activation === undefined) throw new CausewayError('NOT_ACTIVATED');
    const { name, subscription } = activation.self;
    return { detail: `This computer is ${name} in the subscription ${subscription.name}.` };
  });
  if (activation === undefined) return checks;
  await run('state', () => stateFinding(stateDirectory));
  // The agent's own options are not known here; the environment and the system's settings are.
  const proxies = await systemProxies(undefined);
  await checkWay({ ...activation, proxies }, run);
  return checks;
}

function asPrivilege(error: unknown): never {
  if (!isRefusal(error, 'DIRECTORY_READ_ONLY')) throw error;
  throw new CausewayError('PRIVILEGE_MISSING', {
    action: 'read the agent’s state, so only the agent was looked at',
    otherwise: 'ask whoever administers this computer',
  });
}
