/**
 * The relay's measurements over the last hour, a sample at even steps. Knows neither relay nor process:
 * it is given a way to read them.
 */
import type { z } from 'zod';
import { LIMITS } from '#protocol/limits.ts';
import type { RelaySample, relayOverTime } from '#protocol/rest/watching.ts';
import type { Clock } from '../clock.ts';

/** What is read at one moment. Counts only ever grow. */
export interface Reading {
  readonly relayConnections: number;
  readonly controlConnections: number;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly frames: number;
  /** Frames, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly queuedBytes: number;
  readonly queueAgeMs: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
}

interface Moment {
  readonly at: number;
  readonly reading: Reading;
}

/** A rate over less than this says nothing. */
const LEAST_MS = 1_000;

export class RelayOverTime {
  readonly #clock: Clock;
  readonly #read: () => Reading;
  readonly #serverVersion: string;
  readonly #startedAt: number;
  readonly #samples: RelaySample[] = [];
  /** What rates are measured from: the last sample, and the one before while that is too fresh. */
  #last: Moment;
  #before: Moment;
  #cancel: () => void;

  constructor(clock: Clock, serverVersion: string, read: () => Reading) {
    this.#clock = clock;
    this.#read = read;
    this.#serverVersion = serverVersion;
    this.#startedAt = clock.now();
    this.#last = this.#before = { at: this.#startedAt, reading: read() };
    this.#cancel = clock.after(LIMITS.RELAY_SAMPLE_EVERY_MS.value, this.#sample);
  }

  shown(): z.infer<typeof relayOverTime> {
    const moment = { at: this.#clock.now(), reading: this.#read() };
    const since = moment.at - this.#last.at >= LEAST_MS ? this.#last : this.#before;
    return {
      startedAt: new Date(this.#startedAt).toISOString(),
      serverVersion: this.#serverVersion,
      now: sampleOf(since, moment),
      samples: [...this.#samples],
    };
  }

  close(): void {
    this.#cancel();
  }

  readonly #sample = (): void => {
    const moment = { at: this.#clock.now(), reading: this.#read() };
    this.#samples.push(sampleOf(this.#last, moment));
    if (this.#samples.length > LIMITS.RELAY_SAMPLES_MAX.value) this.#samples.shift();
    this.#before = this.#last;
    this.#last = moment;
    this.#cancel = this.#clock.after(LIMITS.RELAY_SAMPLE_EVERY_MS.value, this.#sample);
  };
}

function sampleOf(before: Moment, now: Moment): RelaySample {
  const seconds = Math.max(now.at - before.at, 1) / 1000;
  const [old, { reading }] = [before.reading, now];
  const perSecond = (count: number, since: number) => Math.round(((count - since) / seconds) * 100) / 100;
  const dropped = Object.entries(reading.dropped).map(
    ([reason, count]) => [reason, perSecond(count, old.dropped[reason] ?? 0)] as const,
  );
  const { relayConnections, controlConnections, queuedBytes, queueAgeMs, residentBytes, heapBytes } = reading;
  return {
    at: new Date(now.at).toISOString(),
    relayConnections,
    controlConnections,
    inBytesPerSecond: perSecond(reading.inBytes, old.inBytes),
    outBytesPerSecond: perSecond(reading.outBytes, old.outBytes),
    framesPerSecond: perSecond(reading.frames, old.frames),
    droppedPerSecond: Object.fromEntries(dropped),
    queuedBytes,
    queueAgeMs,
    cpu: Math.max(0, (reading.cpuSeconds - old.cpuSeconds) / seconds),
    residentBytes,
    heapBytes,
  };
}
