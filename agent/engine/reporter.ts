/**
 * Tells the control plane what the portal shows of this machine: when it is something new, at least every
 * REPORT_EVERY_MS, and often while somebody looks. Between those it does nothing, not even look.
 */
import type { ControlParams } from '#protocol/control-messages.ts';
import { utf8 } from '#protocol/encoding.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { AgentStatus } from '#protocol/status.ts';

export interface ReporterOptions {
  readonly status: () => AgentStatus;
  readonly relayConnected: () => boolean;
  /** Whether a report can be sent now. */
  readonly online: () => boolean;
  readonly send: (report: ControlParams<'report'>) => Promise<unknown>;
}

/** What changes together is told as one. */
const SETTLE_MS = 100;
/** Of the message around the status. */
const ENVELOPE_BYTES = 1_024;

export class Reporter implements Disposable {
  readonly #options: ReporterOptions;
  #told = '';
  #watchedUntil = 0;
  #settling: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** A new control connection: the server is to know how it is now, and watches by asking anew. */
  connected(): void {
    this.#watchedUntil = 0;
    this.#report();
  }

  /** Something may be new: tells it soon, if it is. */
  changed(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      if (this.#options.online() && keyOf(this.#gather()) !== this.#told) this.#report();
    }, SETTLE_MS);
  }

  /** Somebody looks for so long. */
  watch(seconds: number): void {
    this.#watchedUntil = performance.now() + seconds * 1000;
    this.#report();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#settling);
    clearTimeout(this.#next);
  }

  #report(): void {
    clearTimeout(this.#next);
    const watched = performance.now() < this.#watchedUntil;
    const wait = watched ? LIMITS.REPORT_WATCHED_EVERY_MS.value : LIMITS.REPORT_EVERY_MS.value;
    this.#next = setTimeout(() => this.#report(), wait);
    if (!this.#options.online()) return;
    const report = this.#gather();
    this.#told = keyOf(report);
    // The portal shows its age, and the next connection reports anew.
    this.#options.send(report).catch(() => undefined);
  }

  #gather(): ControlParams<'report'> {
    const status = this.#options.status();
    return {
      relay: this.#options.relayConnected() ? 'connected' : 'disconnected',
      sessions: status.peers.filter((peer) => peer.state === 'connected').length,
      ...(status.relayRoundTripMs === null ? {} : { relayRoundTripMs: status.relayRoundTripMs }),
      status: fitting(status),
    };
  }
}

/** The status with the peers that talk most, small enough for a control message. */
export function fitting(status: AgentStatus): AgentStatus {
  const talked = (peer: AgentStatus['peers'][number]) => peer.receivedBytes + peer.sentBytes;
  const byTalk = [...status.peers].sort((a, b) => talked(b) - talked(a));
  let peers = byTalk.slice(0, LIMITS.REPORT_PEERS_MAX.value);
  const room = LIMITS.CONTROL_MESSAGE_MAX_BYTES.value - ENVELOPE_BYTES;
  while (peers.length > 0 && utf8(JSON.stringify({ ...status, peers })).length > room) {
    peers = peers.slice(0, peers.length >> 1);
  }
  return { ...status, peers };
}

/** What is worth a report of its own when it changes. */
function keyOf({ relay, sessions, status }: ControlParams<'report'>): string {
  return `${relay} ${sessions} ${status?.summary}`;
}
