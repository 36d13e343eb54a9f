/**
 * Keeps what `causeway-relay check` tells of a running server in its file: at the start, at the end, and now and
 * then between. A disk that takes no writes costs the news, and nothing else.
 */
import { X509Certificate } from 'node:crypto';
import type { Logger } from 'pino';
import type { ServerPin } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { SlowRequests } from '../slow-requests.ts';
import { type Observed, readObserved, writeObserved } from './observed-file.ts';

/** Machines are back within it. */
const BACK_WITHIN_MS = 60_000;

export interface ObservationsOptions {
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly identity: { readonly certificate: string; readonly pin: ServerPin };
  /** Machines that are connected now. */
  readonly machines: () => number;
  readonly slow: () => SlowRequests | undefined;
}

export class Observations {
  readonly #options: ObservationsOptions;
  readonly #startedAt: number;
  readonly #before: Observed | undefined;
  readonly #certificate: Observed['certificate'];
  #cancel = () => {};
  #written = '';
  #writing: Promise<void> = Promise.resolve();

  static async begin(options: ObservationsOptions): Promise<Observations> {
    const observations = new Observations(options, await readObserved(options.dataDirectory));
    await observations.#write();
    observations.#schedule();
    return observations;
  }

  private constructor(options: ObservationsOptions, before: Observed | undefined) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#before = before;
    this.#certificate = certificateOf(options.identity, before?.certificate, this.#startedAt);
  }

  /** The server is told to end: to be called while its machines are still connected. */
  async end(): Promise<void> {
    this.#cancel();
    await this.#writing;
    await this.#write(this.#options.clock.now());
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(LIMITS.OBSERVED_EVERY_MS.value, () => {
      this.#writing = this.#writing.then(() => this.#write());
      this.#schedule();
    });
  }

  async #write(endedAt: number | null = null): Promise<void> {
    const { clock, dataDirectory, logger, machines, slow } = this.#options;
    const facts = {
      startedAt: this.#startedAt,
      machines: machines(),
      endedAt,
      before: this.#before === undefined ? null : livedOf(this.#before),
      certificate: this.#certificate,
      slow: slow() ?? null,
    };
    // An idle server writes nothing more once it has lived for long enough to be compared with.
    const text = JSON.stringify([facts, clock.now() - this.#startedAt >= BACK_WITHIN_MS]);
    if (text === this.#written) return;
    try {
      await writeObserved(dataDirectory, { ...facts, seenAt: clock.now() });
      this.#written = text;
    } catch (error) {
      logger.debug({ err: error }, 'what was observed could not be kept');
    }
  }
}

/** A life that was too short for machines to come back is not what is compared with. */
function livedOf({ seenAt, machines, endedAt, startedAt, before }: Observed): NonNullable<Observed['before']> {
  const short = seenAt - startedAt < BACK_WITHIN_MS;
  return { machines: Math.max(machines, short ? (before?.machines ?? 0) : 0), endedAt };
}

function certificateOf(
  { certificate, pin }: ObservationsOptions['identity'],
  before: Observed['certificate'] | undefined,
  now: number,
): Observed['certificate'] {
  const fingerprint = new X509Certificate(certificate).fingerprint256;
  if (before === undefined) return { fingerprint, pin, changed: null };
  if (before.fingerprint === fingerprint) return before;
  return { fingerprint, pin, changed: { at: now, sameKey: before.pin === pin } };
}
