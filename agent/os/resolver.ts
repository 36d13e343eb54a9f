/**
 * Makes the computer's own resolver send the subscription's names to our name server, and everything else
 * where it always went; undone to the byte. Knows nothing of how names are answered.
 *
 *     programs are sent to            our domains are set                       others come by us
 *     systemd-resolved                on the adapter's link                     never
 *     NetworkManager's dnsmasq        in a file of its directory                never
 *     anything else                   in resolv.conf, ours first                to be refused, so that the next is asked
 *     the same, where the next would  in resolv.conf, ours only                 to be forwarded as they are
 *     be asked at the same time (musl) or first (`options rotate`)
 *
 * resolvconf of either kind (Debian's, openresolv) is not told: both leave out every other server once one
 * is on loopback, and those are what all other names need. What they write is watched like any resolv.conf.
 */
import { hostname } from 'node:os';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type RunCommand, runCommand } from './command.ts';
import { watchFiles } from './file-watch.ts';
import { usesMusl } from './libc.ts';
import { leadsToDnsmasq, revertDnsmasqNames, setDnsmasqNames } from './network-manager.ts';
import { askedServers, isRotating, type Place } from './resolv-conf.ts';
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
  readonly mode: 'systemd-resolved' | 'NetworkManager' | 'resolv.conf';
  /** Sentences that people should read. */
  readonly warnings: readonly string[];
  /** Servers to forward all other questions to, as they are now; none when nobody sends us any. */
  others(): readonly string[];
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
  const { run = runCommand, resolvConf: path = RESOLV_CONF } = options;
  await restoreLeftovers(options);
  const text = (await readSystemFile(path)).content?.bytes.toString('latin1') ?? '';
  if (leadsToResolved(text) && (await isTaken(() => setLinkNames(options, run)))) {
    const restore = () => revertLinkNames(options.adapter, run);
    return { mode: 'systemd-resolved', warnings: [], others: () => [], restore, [Symbol.asyncDispose]: restore };
  }
  if ((await leadsToDnsmasq(text)) && (await isTaken(() => setDnsmasqNames(options, run)))) {
    const inFile = await startResolvConf(options, 'nowhere');
    const restore = async () => {
      await inFile.restore();
      await revertDnsmasqNames(run);
    };
    return { ...inFile, mode: 'NetworkManager', restore, [Symbol.asyncDispose]: restore };
  }
  return startResolvConf(options, usesMusl() || isRotating(text) ? 'only' : 'first');
}

/**
 * After a crash, or for `causeway down` while no agent runs: gives resolv.conf back. What was set on a
 * link is gone with the link.
 * @returns whether anything had to be undone.
 * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL
 */
export async function restoreLeftovers({
  stateDirectory,
  resolvConf: path = RESOLV_CONF,
  run = runCommand,
}: Pick<ResolverOptions, 'stateDirectory' | 'resolvConf' | 'run'>): Promise<boolean> {
  const isRestored = await restoreResolvConf({ stateDirectory, path });
  return (await revertDnsmasqNames(run)) || isRestored;
}

async function isTaken(set: () => Promise<boolean>): Promise<boolean> {
  try {
    return await set();
  } catch (error) {
    if (isRefusal(error, 'COMMAND_MISSING') || isRefusal(error, 'TIMED_OUT')) return false;
    throw error;
  }
}

async function startResolvConf(options: ResolverOptions, place: Place): Promise<ResolverSetup> {
  const { server, suffix, stateDirectory, resolvConf: path = RESOLV_CONF, hostName = hostname() } = options;
  const firstDot = hostName.indexOf('.');
  const file: ResolvConfOptions = {
    path,
    stateDirectory,
    ours: { server, suffix, place },
    hostDomain: firstDot > 0 ? hostName.slice(firstDot + 1) || null : null,
  };
  const { warnings, original } = await applyToResolvConf(file);
  const { target } = await readSystemFile(path);
  const keeper = new ResolvConfKeeper(file, original, options.onReapplied ?? (() => {}));
  const watching = watchFiles([path, target], () => keeper.look(), LIMITS.RESOLV_CONF_SETTLE_MS.value);
  const restore = async () => {
    watching[Symbol.dispose]();
    await keeper.stop();
    await restoreResolvConf(file);
  };
  const others = () => (place === 'only' ? askedServers(keeper.original).filter((other) => other !== server) : []);
  return { mode: 'resolv.conf', warnings, others, restore, [Symbol.asyncDispose]: restore };
}

/**
 * Puts our lines in again after another program has rewritten the file (a DHCP client renewing its
 * lease). When that follows on our own writing at once, it waits twice as long each time, so that two
 * programs that both insist do not fight.
 */
class ResolvConfKeeper {
  /** The text without our lines, when they were put in last. */
  original: string;
  readonly #options: ResolvConfOptions;
  readonly #onReapplied: (failure: CausewayError | null) => void;
  #timer: NodeJS.Timeout | undefined;
  #waitMs: number = LIMITS.RESOLV_CONF_SETTLE_MS.value;
  #lastAt = Number.NEGATIVE_INFINITY;
  #busy: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: ResolvConfOptions, original: string, onReapplied: (failure: CausewayError | null) => void) {
    this.#options = options;
    this.original = original;
    this.#onReapplied = onReapplied;
  }

  look(): void {
    this.#busy = this.#busy.then(async () => {
      if (this.#stopped || this.#timer || (await this.#isWell())) return;
      const { RESOLV_CONF_SETTLE_MS: first, RESOLV_CONF_REAPPLY_MAX_MS: longest, RESOLV_CONF_FIGHT_MS: fight } = LIMITS;
      const isFight = performance.now() - this.#lastAt < Math.max(fight.value, this.#waitMs);
      this.#waitMs = isFight ? Math.min(this.#waitMs * 2, longest.value) : first.value;
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
        this.original = (await applyToResolvConf(this.#options)).original;
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
