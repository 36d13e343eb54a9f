/**
 * What a relay counts: everything it forwards and, by reason, everything it does not. The core and the
 * edge write {@link RelayCounters}; others read {@link RelayMetrics}, a plain copy. Knows no exporter.
 */

/** Why a DATA frame was dropped. */
export const DROP_REASONS = ['queue-full', 'too-old', 'too-many-sources', 'not-connected', 'disconnected'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Why something other than a DATA frame was not acted upon. */
export const REFUSAL_REASONS = [
  /** A frame type this version does not know, or that only a relay sends. */
  'unknown-type',
  'malformed',
  'over-cap',
  /** A PING, an absent peer or a TICKET beyond what is answered. */
  'rate',
  /** A login, or a TICKET frame, whose ticket does not verify. */
  'ticket',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface FrameCount {
  frames: number;
  bytes: number;
}

export interface RelayMetrics {
  /** Machines connected now. */
  readonly connections: number;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** DATA frames received, header included. */
  readonly in: Readonly<FrameCount>;
  /** DATA frames handed to a destination's socket. */
  readonly out: Readonly<FrameCount>;
  /** DATA frames that wait now: in = out + dropped + queued, always. */
  readonly queued: Readonly<FrameCount>;
  readonly dropped: Readonly<Record<DropReason, Readonly<FrameCount>>>;
  readonly refused: Readonly<Record<RefusalReason, number>>;
}

export class RelayCounters {
  connections = 0;
  accepted = 0;
  readonly in: FrameCount = { frames: 0, bytes: 0 };
  readonly out: FrameCount = { frames: 0, bytes: 0 };
  readonly queued: FrameCount = { frames: 0, bytes: 0 };
  readonly dropped: Record<DropReason, FrameCount> = {
    'queue-full': { frames: 0, bytes: 0 },
    'too-old': { frames: 0, bytes: 0 },
    'too-many-sources': { frames: 0, bytes: 0 },
    'not-connected': { frames: 0, bytes: 0 },
    disconnected: { frames: 0, bytes: 0 },
  };
  readonly refused: Record<RefusalReason, number> = {
    'unknown-type': 0,
    malformed: 0,
    'over-cap': 0,
    rate: 0,
    ticket: 0,
  };

  drop(reason: DropReason, bytes: number): void {
    count(this.dropped[reason], bytes);
  }

  snapshot(): RelayMetrics {
    return structuredClone({
      connections: this.connections,
      accepted: this.accepted,
      in: this.in,
      out: this.out,
      queued: this.queued,
      dropped: this.dropped,
      refused: this.refused,
    });
  }
}

/** Adds one frame of `bytes`. */
export function count(counter: FrameCount, bytes: number): void {
  counter.frames++;
  counter.bytes += bytes;
}

/** Takes one frame of `bytes` off again. */
export function uncount(counter: FrameCount, bytes: number): void {
  counter.frames--;
  counter.bytes -= bytes;
}
