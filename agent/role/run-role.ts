/**
 * A role instance from its start to its goodbye: joins its role, waits for connectivity if it shall, is
 * prepared, runs its command, and leaves the directory when the command has ended. The agent runs in this
 * process and the command beside it: whoever stops one stops both.
 */
import { hostname } from 'node:os';
import { type DnsRoute, dnsRouteOf } from '#protocol/dns-routes.ts';
import type { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type Label, labelFromHostName } from '#protocol/names.ts';
import { decodeToken } from '#protocol/token.ts';
import { runDaemon } from '../cli/daemon.ts';
import type { Engine } from '../engine/engine.ts';
import type { Host } from '../engine/host.ts';
import type { Proxies } from '../proxy/proxies.ts';
import { admit, requireToken, stayAdmitted } from './admission.ts';
import { type Ending, startCommand } from './command-process.ts';
import { waitForConnectivity } from './connectivity.ts';
import type { Preparation, Prepared } from './preparation.ts';
import type { RunAs } from './run-as.ts';
import type { RoleSettings } from './settings/role-settings.ts';
import { Stopped, StopSignals } from './stop-signals.ts';

export interface RoleOptions {
  readonly settings: RoleSettings;
  readonly name: Label;
  readonly stateDirectory: string;
  readonly socket: string;
  readonly host: Host;
  readonly proxies?: Proxies | undefined;
  readonly preparations: readonly Preparation[];
  /** The program and its arguments; empty for none, then the instance stays until it is stopped. */
  readonly command: readonly string[];
  /** Whom the command runs as; by default as this process. */
  readonly runAs?: RunAs | undefined;
  /** Whether the instance leaves the directory at its end, and not only some time after. */
  readonly goodbye: boolean;
  say(sentence: string): void;
}

/**
 * @returns how the command ended, or the signal that stopped the start
 * @throws CausewayError ROLE_NOT_CONNECTED, ROLE_COMMAND_UNUSABLE, TOKEN_…, what a preparation throws, and what
 *   the agent's start throws
 */
export async function runRole(options: RoleOptions): Promise<Ending> {
  const { settings } = options;
  // A token that can not be one is no reason to start anything.
  if (settings.activationToken !== undefined) decodeToken(settings.activationToken.reveal());
  const signals = new StopSignals(process);
  const ended = Promise.withResolvers<Ending>();
  ended.promise.catch(() => undefined);
  try {
    await runDaemon({
      stateDirectory: options.stateDirectory,
      socket: options.socket,
      host: options.host,
      proxies: options.proxies,
      dnsRoutes: dnsRoutesOf(settings),
      logLevel: settings.diagnostics ? 'info' : 'warn',
      stop: ended.promise.then(
        () => 'the command has ended',
        () => 'the command was not started',
      ),
      onReady: (engine) => ended.resolve(live(engine, options, signals)),
    });
    return await ended.promise;
  } finally {
    signals[Symbol.dispose]();
  }
}

/** The domain's own records are asked of its name servers. */
function dnsRoutesOf({ dnsServers, domain }: RoleSettings): DnsRoute[] {
  return domain === undefined || dnsServers.length === 0 ? [] : [dnsRouteOf(domain.fqdn, dnsServers.join(','))];
}

/** `0` of the role `Web` is `web-0`; `WebRole1_IN_0` is `webrole1-in-0`; without an id it is the host's name. */
export function instanceName(role: string | undefined, instance: string | undefined, host = hostname()): Label {
  if (instance === undefined) return labelFromHostName(host);
  return labelFromHostName(/^\d+$/.test(instance) ? `${role ?? host.split('.')[0]}-${instance}` : instance);
}

async function live(engine: Engine, options: RoleOptions, signals: StopSignals): Promise<Ending> {
  const life = new AbortController();
  try {
    return await command(engine, options, signals, life.signal);
  } catch (error) {
    // Whatever it interrupted, the signal is why.
    const { reason } = signals.signal;
    if (reason instanceof Stopped) return { code: null, signal: reason.signal };
    if (options.settings.diagnostics && engine.self !== undefined) await tellDiagnosis(engine, options);
    throw error;
  } finally {
    life.abort();
    if (options.goodbye) await sayGoodbye(engine, options);
  }
}

async function command(
  engine: Engine,
  options: RoleOptions,
  signals: StopSignals,
  alive: AbortSignal,
): Promise<Ending> {
  await connect(engine, options, AbortSignal.any([alive, signals.signal]), alive);
  const prepared: Prepared[] = [];
  try {
    await prepare(engine, options, signals.signal, prepared);
    signals.signal.throwIfAborted();
    const environment = Object.assign({}, ...prepared.map((done) => done.environment));
    if (options.command.length === 0) return await stopped(signals.signal);
    const running = await startCommand(options.command, process.env, environment, options.runAs);
    signals.passTo(running);
    return await running.ended;
  } finally {
    for (const done of prepared.reverse()) {
      await undo(done, options);
    }
  }
}

async function undo(done: Prepared, { say }: RoleOptions): Promise<void> {
  try {
    await done[Symbol.asyncDispose]();
  } catch (error) {
    say(sentenceOf(error));
  }
}

/** For an instance without a command being stopped is how it ends well. */
function stopped(signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ code: 0, signal: null }), { once: true });
  });
}

/** @param prepared gets what is to be undone, also when a later one fails */
async function prepare(engine: Engine, options: RoleOptions, signal: AbortSignal, prepared: Prepared[]): Promise<void> {
  const { settings, say } = options;
  for (const preparation of options.preparations) {
    signal.throwIfAborted();
    const done = await preparation.prepare({ settings, engine, say, signal });
    if (done !== undefined) prepared.push(done);
  }
}

/** Joins, now or in the background, and waits if somebody has to. */
async function connect(engine: Engine, options: RoleOptions, starting: AbortSignal, alive: AbortSignal): Promise<void> {
  const { settings, name, say, preparations } = options;
  const admission = { engine, token: settings.activationToken, name, say };
  requireToken(admission);
  const waits = settings.waitForConnectivity || preparations.some((one) => one.needsConnectivity(settings));
  if (waits) {
    const over = AbortSignal.timeout(settings.connectivityTimeoutMs);
    const connected = waitForConnectivity(engine, settings.connectivityTimeoutMs, starting);
    const admitted = admit({ ...admission, signal: AbortSignal.any([starting, over]) });
    await Promise.race([connected, refused(admitted, over)]);
    await refresh(engine, options, alive);
  } else {
    admit({ ...admission, signal: alive })
      .then(() => refresh(engine, options, alive))
      .catch((error: unknown) => {
        if (!alive.aborted) say(`${sentenceOf(error)} The command runs without the network.`);
      });
  }
  void stayAdmitted({ ...admission, signal: alive });
}

/** Rejects with what the server refused; that the time is over is said better by who waits for all parts. */
async function refused(admitted: Promise<void>, over: AbortSignal): Promise<never> {
  await admitted.catch((error: unknown) => {
    if (!over.aborted) throw error;
  });
  return new Promise(() => undefined);
}

/** What changes is told of at once; this is for those who do not trust it. */
async function refresh(engine: Engine, { settings, say }: RoleOptions, alive: AbortSignal): Promise<void> {
  const { atStart, everyMs } = settings.refresh;
  const once = () => engine.refresh().catch((error: unknown) => say(sentenceOf(error)));
  if (atStart && engine.status().summary === 'connected') await once();
  if (everyMs === undefined || alive.aborted) return;
  const timer = setInterval(() => void once(), everyMs);
  alive.addEventListener('abort', () => clearInterval(timer), { once: true });
}

async function tellDiagnosis(engine: Engine, { say }: RoleOptions): Promise<void> {
  for (const { name, ok, detail, remedy } of await engine.diagnose(() => undefined)) {
    say(`${ok ? 'ok' : 'FAILED'} ${name}: ${detail}${remedy === null ? '' : ` → ${remedy}`}`);
  }
}

async function sayGoodbye(engine: Engine, { say }: RoleOptions): Promise<void> {
  if (engine.self === undefined) return;
  const late = new Promise<'late'>((resolve) => {
    setTimeout(resolve, LIMITS.ROLE_GOODBYE_TIMEOUT_MS.value, 'late').unref();
  });
  const left = engine.down({ forget: true }).then(
    () => undefined,
    (error: unknown) => error as CausewayError,
  );
  const outcome = await Promise.race([left, late]);
  if (outcome === undefined) return;
  const cause = outcome === 'late' ? 'The server did not answer in time.' : sentenceOf(outcome);
  say(`Goodbye was not heard: ${cause} The directory will forget this instance by itself.`);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
