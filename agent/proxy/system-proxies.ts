/**
 * The proxies of this computer, read where they are set: the option, this process's environment, the file of the
 * whole system, and a file with user and password. Read once: who changes them restarts the agent.
 */
import { readFile } from 'node:fs/promises';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { Proxies } from './proxies.ts';
import { CREDENTIALS_VARIABLE, PROXY_VARIABLE, proxySetting } from './proxy-settings.ts';

/** Where desktops and administrators set a proxy for everybody; a service manager does not read it. */
const SYSTEM_FILE = '/etc/environment';

/**
 * @param option `--upstream-proxy`
 * @throws CausewayError PROXY_SETTING_INVALID for what was set for Causeway alone; what was set for all programs and
 *   can not be used is told by every attempt to connect
 */
export async function systemProxies(option: string | undefined): Promise<Proxies> {
  const environment = await withCredentials(process.env);
  const systemEnvironment = await readFile(SYSTEM_FILE, 'utf8').catch(() => '');
  try {
    return new Proxies(proxySetting({ option, environment, systemEnvironment }));
  } catch (error) {
    const ours = [option, environment[PROXY_VARIABLE], environment[CREDENTIALS_VARIABLE]].some((set) => set);
    if (ours || !isRefusal(error)) throw error;
    return new Proxies({ kind: 'unusable', place: String(error.details.place), error });
  }
}

/** Docker, Kubernetes and systemd give secrets as files. */
async function withCredentials(environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const variable = `${CREDENTIALS_VARIABLE}_FILE`;
  const file = environment[variable];
  if (file === undefined || file === '') return environment;
  try {
    const text = await readFile(file, 'utf8');
    return { ...environment, [CREDENTIALS_VARIABLE]: text.replace(/\r?\n$/, '') };
  } catch (cause) {
    throw new CausewayError('PROXY_SETTING_INVALID', { place: variable, issue: 'its file can not be read' }, { cause });
  }
}
