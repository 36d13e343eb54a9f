/** `causeway update`: by what the agent noted of its server, so that it also works while the agent does not. */
import { CausewayError } from '#protocol/errors.ts';
import { systemProxies } from '../proxy/system-proxies.ts';
import { loadActivation } from '../state/activation-file.ts';
import { installUpdate } from '../update/install-update.ts';

export interface UpdateOptions {
  readonly state: string;
  readonly ifOffered?: boolean;
}

/** @throws CausewayError NOT_ACTIVATED and what {@link installUpdate} throws */
export async function runUpdateCommand({ state, ifOffered = false }: UpdateOptions, say: (line: string) => void) {
  const activation = await loadActivation(state);
  if (activation === undefined) throw new CausewayError('NOT_ACTIVATED');
  const { server, pin, self } = activation;
  const proxies = await systemProxies(undefined);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const target = { server, pin, proxies };
  const version = await installUpdate({ machine: self.id, target, ifOffered, say, signal: stop.signal });
  say(`Version ${version} runs.`);
}
