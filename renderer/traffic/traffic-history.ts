/**
 * Rates of the last two minutes, made of the totals that the agent tells: for all peers together and for
 * each. Pure; time comes with what is recorded.
 */
export const HISTORY_MS = 120_000;
/** So many samples fill them, one a second. */
export const HISTORY_SAMPLES = HISTORY_MS / 1_000;
/** The agent speaks every second, and more often when something changes. */
const LEAST_BETWEEN_MS = 900;

export interface PeerTotals {
  readonly id: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export interface RateSample {
  readonly at: number;
  /** Bytes a second since the sample before. */
  readonly received: number;
  readonly sent: number;
}

interface Sample extends RateSample {
  /** Both ways together, of those peers that had any. */
  readonly ofPeers: ReadonlyMap<string, number>;
}

type Totals = Pick<PeerTotals, 'receivedBytes' | 'sentBytes'>;

export class TrafficHistory {
  #samples: Sample[] = [];
  #totals: ReadonlyMap<string, Totals> | undefined;
  #lastAt = 0;

  record(at: number, peers: readonly PeerTotals[]): void {
    const before = this.#totals;
    const elapsed = at - this.#lastAt;
    // The clock was set back: what was is no longer in order.
    if (elapsed < 0) this.#samples = [];
    else if (before !== undefined && elapsed < LEAST_BETWEEN_MS) return;
    this.#totals = new Map(peers.map(({ id, receivedBytes, sentBytes }) => [id, { receivedBytes, sentBytes }]));
    this.#lastAt = at;
    if (before === undefined || elapsed < 0) return;
    let [received, sent] = [0, 0];
    const ofPeers = new Map<string, number>();
    for (const { id, receivedBytes, sentBytes } of peers) {
      const was = before.get(id) ?? { receivedBytes: 0, sentBytes: 0 };
      const [gained, given] = [growth(was.receivedBytes, receivedBytes), growth(was.sentBytes, sentBytes)];
      received += gained;
      sent += given;
      if (gained + given > 0) ofPeers.set(id, perSecond(gained + given, elapsed));
    }
    this.#samples = [
      ...this.#samples.filter((sample) => sample.at > at - HISTORY_MS),
      { at, received: perSecond(received, elapsed), sent: perSecond(sent, elapsed), ofPeers },
    ];
  }

  /** Oldest first. The same array as long as nothing was recorded. */
  all(): readonly RateSample[] {
    return this.#samples;
  }

  /** Both ways together, oldest first. */
  ofPeer(id: string): readonly number[] {
    return this.#samples.map(({ ofPeers }) => ofPeers.get(id) ?? 0);
  }
}

/** A session that began anew counts from nothing. */
function growth(before: number, after: number): number {
  return after >= before ? after - before : after;
}

function perSecond(bytes: number, elapsedMs: number): number {
  return (bytes * 1_000) / elapsedMs;
}
