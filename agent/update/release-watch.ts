/**
 * Looks now and then whether the relay server has a newer version for this machine, and tells of it. It
 * changes nothing: the owner decides when (`causeway update`).
 */
import type { CryptoKey } from 'jose';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { isLater, isOffered, type Release } from '#protocol/release.ts';
import type { PinnedServer } from '../connection/pinned-socket.ts';

export interface ReleaseWatchOptions {
  readonly key: CryptoKey;
  readonly version: string;
  /** This machine and its server; undefined while it is not activated. */
  place(): { readonly machine: string; readonly target: PinnedServer } | undefined;
  fetch(target: PinnedServer, key: CryptoKey, signal: AbortSignal): Promise<Release | undefined>;
  /** A notice of the catalogue; null when there is nothing newer. */
  tell(notice: CausewayError | null): void;
  readonly log: (message: string, details: Record<string, unknown>) => void;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly stop: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Resolves when it is stopped. */
export async function watchReleases(options: ReleaseWatchOptions): Promise<void> {
  const { stop, sleep, random, log } = options;
  const { UPDATE_FIRST_ASK_MS, UPDATE_ASK_EVERY_MS } = LIMITS;
  let wait = UPDATE_FIRST_ASK_MS.value * (0.5 + random() / 2);
  while (!stop.aborted) {
    await sleep(wait, stop).catch(() => undefined);
    if (stop.aborted) return;
    try {
      options.tell(await noticeOf(options));
    } catch (error) {
      if (!stop.aborted) log('could not look for a newer version', { error: String(error) });
    }
    // Machines that started together do not come together for ever.
    wait = UPDATE_ASK_EVERY_MS.value * (0.5 + random());
  }
}

async function noticeOf({ key, version, place, fetch, stop }: ReleaseWatchOptions): Promise<CausewayError | null> {
  const here = place();
  if (here === undefined) return null;
  const release = await fetch(here.target, key, stop);
  if (release === undefined || !isLater(release.version, version) || !isOffered(release, here.machine)) return null;
  return new CausewayError('UPDATE_AVAILABLE', { version: release.version, current: version });
}
