/**
 * `causeway role`: this machine, or this container, as an instance of a role for as long as a command runs.
 * Puts the parts together; what a role instance does is in role/.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { DEFAULT_SOCKET } from '../local-api/sockets.ts';
import { systemProxies } from '../proxy/system-proxies.ts';
import type { Ending } from '../role/command-process.ts';
import { domainJoin } from '../role/domain-join/preparation.ts';
import type { Preparation } from '../role/preparation.ts';
import { findUser } from '../role/run-as.ts';
import { instanceName, runRole } from '../role/run-role.ts';
import { readSettings } from '../role/settings/read-settings.ts';
import { exitCodeOf } from '../role/stop-signals.ts';
import { type AdapterChoice, socketFor, withHost } from './without-adapter.ts';

export interface RoleCommandOptions extends AdapterChoice {
  readonly serviceDefinition?: string;
  readonly serviceConfig?: string;
  readonly settings?: string;
  readonly role?: string;
  readonly instance?: string;
  readonly state?: string;
  readonly socket: string | undefined;
  readonly goodbye: boolean;
  readonly upstreamProxy?: string;
  /** Whom the command runs as. */
  readonly user?: string;
  /** Empty: none but the agent itself, until it is stopped. */
  readonly command: readonly string[];
}

const PREPARATIONS: readonly Preparation[] = [domainJoin];

/**
 * Ends as the command has ended: with its exit status, or by the signal that ended it.
 * @throws what {@link readSettings} and {@link runRole} throw
 */
export async function runRoleCommand(options: RoleCommandOptions): Promise<void> {
  const { role, settings } = await readSettings({
    serviceDefinition: options.serviceDefinition,
    serviceConfiguration: options.serviceConfig,
    settingsFile: options.settings,
    role: options.role,
    environment: process.env,
  });
  if (options.userspace === true && settings.domain !== undefined) {
    throw new CausewayError('DOMAIN_JOIN_UNSUPPORTED', { issue: 'it needs an adapter, and --userspace has none' });
  }
  const runAs = options.user === undefined ? undefined : await findUser(options.user);
  const proxies = await systemProxies(options.upstreamProxy);
  const state = await stateDirectory(options);
  let ending: Ending;
  try {
    ending = await withHost(options, state.path, (host) =>
      runRole({
        settings,
        name: instanceName(role, options.instance),
        stateDirectory: state.path,
        socket: options.socket ?? socketFor(options, state.path),
        host,
        proxies,
        preparations: PREPARATIONS,
        command: options.command,
        goodbye: options.goodbye,
        runAs,
        say: (sentence) => console.error(`causeway: ${sentence}`),
      }),
    );
  } catch (error) {
    await state.failed();
    throw error;
  }
  if (options.goodbye) await state.over();
  endAs(ending);
}

interface StateDirectory {
  readonly path: string;
  /** The instance has left. */
  over(): Promise<void>;
  /** It could not begin; perhaps because another one has the directory. */
  failed(): Promise<void>;
}

/**
 * Root's is the same one at the next start, so that what a killed instance left on the computer is undone
 * and it is the same machine; it is gone with the computer or container, as /run is.
 */
async function stateDirectory({ state, adapter }: RoleCommandOptions): Promise<StateDirectory> {
  const keep = async () => undefined;
  if (state !== undefined) return { path: state, over: keep, failed: keep };
  const remove = (path: string) => () => rm(path, { recursive: true, force: true });
  if (process.getuid?.() === 0) {
    const path = join(dirname(DEFAULT_SOCKET), `role-${adapter}`);
    return { path, over: remove(path), failed: keep };
  }
  const path = await mkdtemp(join(tmpdir(), 'causeway-role-'));
  return { path, over: remove(path), failed: remove(path) };
}

/** Shells and service managers tell a program that was stopped from one that failed. */
const RAISED_AGAIN: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

function endAs({ code, signal }: Ending): void {
  process.exitCode = code ?? (signal === null ? 1 : exitCodeOf(signal));
  // The first process of a container ignores signals to itself, and ends by its exit code.
  if (signal !== null && RAISED_AGAIN.includes(signal)) process.kill(process.pid, signal);
}
