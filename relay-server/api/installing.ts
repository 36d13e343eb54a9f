/**
 * What the install pages of all subscriptions share: the packages that this server hands out, how its
 * certificate is to be checked, and how often one address may ask.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { Downloads } from '../installing/downloads.ts';
import { DownloadPace } from '../installing/pace.ts';
import { SharedBlocks } from '../installing/shared-blocks.ts';
import { Rate } from '../rate.ts';

const MINUTE_MS = 60_000;
const BUSY_RETRY_S = 10;

export interface InstallingOptions {
  readonly downloads: Downloads;
  /** Of a certificate that the server made itself; undefined when an authority vouches for it. */
  readonly curlPin: string | undefined;
  readonly containerImage: string | undefined;
}

export class Installing {
  readonly downloads: Downloads;
  readonly curlPin: string | undefined;
  readonly containerImage: string | undefined;
  readonly pace: DownloadPace;
  readonly blocks = new SharedBlocks();
  readonly #clock: Clock;
  readonly #rate = new Rate(LIMITS.INSTALL_REQUESTS_PER_ADDRESS_PER_MINUTE.value, MINUTE_MS);
  #underWay = 0;

  /** @param forwarded bytes that the relay has forwarded so far */
  constructor({ downloads, curlPin, containerImage }: InstallingOptions, clock: Clock, forwarded: () => number) {
    this.downloads = downloads;
    this.curlPin = curlPin;
    this.containerImage = containerImage;
    this.pace = new DownloadPace({ forwarded, now: () => performance.now() });
    this.#clock = clock;
  }

  /** @throws CausewayError RATE_LIMITED */
  count(address: string): void {
    this.#rate.take(address, this.#clock.now());
  }

  /** @returns what to call when the download has ended. @throws CausewayError RATE_LIMITED */
  beginDownload(): () => void {
    if (this.#underWay >= LIMITS.DOWNLOADS_AT_ONCE.value) {
      throw new CausewayError('RATE_LIMITED', { seconds: BUSY_RETRY_S });
    }
    this.#underWay++;
    return () => {
      this.#underWay--;
      if (this.#underWay === 0) this.blocks.forget();
    };
  }
}
