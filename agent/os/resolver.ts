/**
 * Makes the computer's own resolver send the subscription's names to our name server, and everything else
 * where it always went; undone to the byte. systemd-resolved per link where programs are sent to it,
 * resolv.conf otherwise. Knows nothing of how names are answered.
 */
import { hostname } from 'node:os';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type RunCommand, runCommand } from './command.ts';
import { watchFiles } from './file-watch.ts';
import { readSystemFile } from './resolv-conf-file.ts';
import { applyToResolvConf, isApplied, type ResolvConfOptions, restoreResolvConf } from './resolv-conf-setup.ts';
import { type LinkNames, leadsToResolved, revertLinkNames, setLinkNames } from './systemd-resolved.ts';

export const RESOLV_CONF = '/etc/resolv.conf';

export interface ResolverOptions extends LinkNames {
  /** Exists, and only root can write to it. */
  readonly stateDirectory: string;
  readonly resolvConf?: string;
  readonly run?: RunCommand;
  /** The computer's own name, which implies a search domain (resolv.conf(5)). */
  readonly hostName?: string;
  /** When another program had rewritten resolv.conf: our lines are in again, or could not be put in. */
  readonly onReapplied?: (failure: CausewayError | null) => void;
}

export interface ResolverSetup extends AsyncDisposable {
  readonly mode: 'systemd-resolved' | 'resolv.conf';
  /** Sentences that people should read. */
  readonly warnings: readonly string[];
  /**
   * Undoes it; resolv.conf is then what it was, or what another program has made of it meanwhile.
   * Idempotent; can be repeated after a failure.
   * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL
   */
  restore(): Promise<void>;
  /** The same as restore. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Undoes first what a killed agent may have left.
 * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL, STATE_CORRUPT; nothing is changed then.
 */
export async function setUpResolver(options: ResolverOptions): Promise<ResolverSetup> {
  const { run = runCommand, resolvConf: path = RESOLV_CONF, hostName = hostname() } = options;
  await restoreLeftovers(options);
  const { content } = await readSystemFile(path);
  if (leadsToResolved(content?.bytes.toString('latin1') ?? '') && (await tryResolved(options, run))) {
    const restore = () => revertLinkNames(options.adapter, run);
    return { mode: 'systemd-resolved', warnings: [], restore, [Symbol.asyncDispose]: restore };
  }
  const firstDot = hostName.indexOf('.');
  return startResolvConf(
    {
      path,
      stateDirectory: options.stateDirectory,
      ours: { server: options.server, suffix: options.suffix },
      hostDomain: firstDot > 0 ? hostName.slice(firstDot + 1) || null : null,
    },
    options.onReapplied ?? (() => {}),
  );
}

/**
 * After a crash, or for `causeway down` while no agent runs: gives resolv.conf back. What was set on a
 * link is gone with the link.
 * @returns whether anything had to be undone.
 * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL
 */
export function restoreLeftovers(options: Pick<ResolverOptions, 'stateDirectory' | 'resolvConf'>): Promise<boolean> {
  return restoreResolvConf({ stateDirectory: options.stateDirectory, path: options.resolvConf ?? RESOLV_CONF });
}

async function tryResolved(names: LinkNames, run: RunCommand): Promise<boolean> {
  try {
    return await setLinkNames(names, run);
  } catch (error) {
    if (isRefusal(error, 'COMMAND_MISSING') || isRefusal(error, 'TIMED_OUT')) return false;
    throw error;
  }
}

async function startResolvConf(
  options: ResolvConfOptions,
  onReapplied: (failure: CausewayError | null) => void,
): Promise<ResolverSetup> {
  const warnings = await applyToResolvConf(options);
  const { target } = await readSystemFile(options.path);
  const keeper = new ResolvConfKeeper(options, onReapplied);
  const watching = watchFiles([options.path, target], () => keeper.look(), LIMITS.RESOLV_CONF_SETTLE_MS.value);
  const restore = async () => {
    watching[Symbol.dispose]();
    await keeper.stop();
    await restoreResolvConf(options);
  };
  return { mode: 'resolv.conf', warnings, restore, [Symbol.asyncDispose]: restore };
}

/**
 * Puts our lines in again after another program has rewritten the file (a DHCP client renewing its
 * lease). Each time in a row it waits twice as long, so that two programs that both insist do not fight.
 */
class ResolvConfKeeper {
  readonly #options: ResolvConfOptions;
  readonly #onReapplied: (failure: CausewayError | null) => void;
  #timer: NodeJS.Timeout | undefined;
  #waitMs: number = LIMITS.RESOLV_CONF_SETTLE_MS.value;
  #lastAt = Number.NEGATIVE_INFINITY;
  #busy: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: ResolvConfOptions, onReapplied: (failure: CausewayError | null) => void) {
    this.#options = options;
    this.#onReapplied = onReapplied;
  }

  look(): void {
    this.#busy = this.#busy.then(async () => {
      if (this.#stopped || this.#timer || (await this.#isWell())) return;
      const { RESOLV_CONF_SETTLE_MS: first, RESOLV_CONF_REAPPLY_MAX_MS: longest } = LIMITS;
      const isQuiet = performance.now() - this.#lastAt > longest.value;
      this.#waitMs = isQuiet ? first.value : Math.min(this.#waitMs * 2, longest.value);
      this.#timer = setTimeout(() => this.#reapply(), this.#waitMs);
      this.#timer.unref();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#busy;
  }

  #reapply(): void {
    this.#timer = undefined;
    this.#lastAt = performance.now();
    this.#busy = this.#busy.then(async () => {
      if (this.#stopped || (await this.#isWell())) return;
      try {
        await applyToResolvConf(this.#options);
        this.#onReapplied(null);
      } catch (error) {
        this.#onReapplied(error instanceof CausewayError ? error : unexpected(error));
      }
    });
  }

  /** A file that can not be read just now is looked at when it changes next. */
  #isWell(): Promise<boolean> {
    return isApplied(this.#options).catch(() => true);
  }
}

function unexpected(cause: unknown): CausewayError {
  return new CausewayError('INTERNAL', { issue: `resolv.conf could not be set: ${String(cause)}` }, { cause });
}
