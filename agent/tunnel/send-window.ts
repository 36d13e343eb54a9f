/**
 * How much may be under way to one peer at once. Between two agents lie three programs and four kernel
 * buffers, each of which would fill up before anybody noticed; so the peer says what has arrived, and no
 * more is sent than its path carries in two round trips, or in one and a little. What is over it waits here, where a
 * bulk transfer can be passed by a single small packet, and where it stalls no other peer.
 *
 * The size follows the path as in BBR (Cardwell et al., ACM Queue 14(5), 2016): the greatest rate of delivery
 * seen of late times the least round trip seen of late. Losses are no signal: what is lost is known when
 * something later arrives, since the relay keeps the order.
 *
 * A peer that never acknowledges (an older version) is not limited. Times are monotonic milliseconds with
 * fractions. Knows neither packets nor keys.
 */
import { LIMITS } from '#protocol/limits.ts';

const FLOOR = LIMITS.WINDOW_MIN_BYTES.value;
const CEILING = LIMITS.WINDOW_MAX_BYTES.value;
/** How often the round trip without a queue is sought anew, and for how long at most. */
const ROUND_TRIP_LASTS_MS = 10_000;
const DRAIN_MIN_MS = 5;
const DRAIN_MAX_MS = 200;
/**
 * A rate is measured over this long at least, for programs that share processors work in bursts of some
 * milliseconds. The greatest of the last one to two seconds counts.
 */
const RATE_SPAN_MS = 20;
const RATE_LASTS_MS = 1_000;
/** The ledger is a list; its dead head is cut off now and then. */
const CUT_EVERY = 256;

interface Sent {
  readonly counter: number;
  /** All bytes sent in the session up to here. */
  readonly upTo: number;
  readonly at: number;
  /** Whether more would have been sent at that time, had the window let it. */
  readonly limited: boolean;
}

export class SendWindow {
  #session: number | undefined;
  #ledger: Sent[] = [];
  #head = 0;
  #sent = 0;
  #arrived = 0;
  /** The peer has ever said what arrived. */
  #answers = false;
  #leastRoundTrip = Number.POSITIVE_INFINITY;
  #leastSince = 0;
  #drainUntil = 0;
  #drainSize: number = FLOOR;
  /** Bytes a millisecond: the greatest in this span and in the one before. */
  #rate = 0;
  #previousRate = 0;
  #rateSince = 0;
  /** The span under way: when it began, what had arrived then, and whether the window was ever the limit. */
  #spanSince = 0;
  #spanFrom = 0;
  #spanLimited = false;
  /** Something waited when the last was sent. */
  #more = false;

  /** Bytes that are on the way, as far as is known. */
  get underWay(): number {
    return this.#sent - this.#arrived;
  }

  /** Bytes that may be. */
  size(now: number): number {
    if (!this.#answers) return CEILING;
    if (now < this.#drainUntil) return this.#drainSize;
    const rate = Math.max(this.#rate, this.#previousRate);
    if (rate === 0) return LIMITS.WINDOW_FIRST_BYTES.value;
    const wanted = rate * (this.#leastRoundTrip + Math.max(this.#leastRoundTrip, LIMITS.WINDOW_SLACK_US.value / 1_000));
    const modest = Math.min(LIMITS.WINDOW_MODEST_BYTES.value, rate * LIMITS.WINDOW_MODEST_MS.value);
    return Math.min(CEILING, Math.max(FLOOR, modest, wanted));
  }

  /**
   * Bytes that may be sent now; one message may go beyond it, so that a large one is never stuck. None while
   * there is little room and more is sure to come: each acknowledgement would bring forth a small message, each
   * of those an acknowledgement, and so on (the silly window of RFC 9293 §3.8.6.2).
   */
  room(now: number): number {
    const size = this.size(now);
    const room = size - this.underWay;
    return this.underWay > 0 && room < Math.min(size / 4, LIMITS.WINDOW_STEP_BYTES.value) ? 0 : Math.max(0, room);
  }

  /**
   * Notes what was sent.
   * @param session by which the peer knows it; another than before begins anew
   * @param counter of the last message
   * @param limited whether something still waits
   */
  sent(session: number, counter: number, bytes: number, limited: boolean, now: number): void {
    if (session !== this.#session) this.#begin(session, now);
    // A pause because there was nothing to send says nothing of the path.
    if (this.underWay === 0 && !this.#more) this.#beginSpan(now);
    this.#more = limited;
    this.#sent += bytes;
    this.#ledger.push({ counter, upTo: this.#sent, at: now, limited });
    // Of a peer that does not answer nothing need be remembered but the newest.
    if (!this.#answers && this.#ledger.length > CUT_EVERY) this.#ledger.splice(0, CUT_EVERY / 2);
  }

  /** The peer says that it has everything up to `counter`, or never will. What is not of this session is ignored. */
  arrived(session: number, counter: number, now: number): void {
    if (session !== this.#session) return;
    let newest: Sent | undefined;
    for (let next = this.#ledger[this.#head]; next !== undefined && next.counter <= counter; ) {
      newest = next;
      next = this.#ledger[++this.#head];
    }
    if (newest === undefined) return;
    this.#answers = true;
    this.#arrived = newest.upTo;
    this.#learnRoundTrip(now - newest.at, now);
    this.#spanLimited ||= newest.limited;
    this.#learnRate(now);
    if (this.#head >= CUT_EVERY) {
      this.#ledger.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** How long to wait for a word, milliseconds, before what is under way is given up. */
  get patienceMs(): number {
    const roundTrip = Number.isFinite(this.#leastRoundTrip) ? this.#leastRoundTrip : 0;
    return LIMITS.WINDOW_STUCK_MS.value + 2 * roundTrip;
  }

  /** Takes all that is under way for lost. The rate is found anew. */
  giveUp(): void {
    this.#arrived = this.#sent;
    this.#ledger = [];
    this.#head = 0;
    this.#rate = 0;
    this.#previousRate = 0;
  }

  #begin(session: number, now: number): void {
    this.#session = session;
    this.#ledger = [];
    this.#head = 0;
    this.#sent = 0;
    this.#arrived = 0;
    this.#beginSpan(now);
  }

  #beginSpan(now: number): void {
    this.#spanSince = now;
    this.#spanFrom = this.#arrived;
    this.#spanLimited = false;
  }

  #learnRoundTrip(roundTrip: number, now: number): void {
    if (roundTrip <= this.#leastRoundTrip) {
      this.#leastRoundTrip = roundTrip;
      this.#leastSince = now;
      return;
    }
    if (now - this.#leastSince < ROUND_TRIP_LASTS_MS) return;
    // The queue that this very window keeps would count as distance, so it is let run dry for a moment.
    this.#drainSize = Math.max(FLOOR, (Math.max(this.#rate, this.#previousRate) * this.#leastRoundTrip) / 2);
    this.#drainUntil = now + Math.min(DRAIN_MAX_MS, Math.max(DRAIN_MIN_MS, 2 * this.#leastRoundTrip));
    this.#leastRoundTrip = roundTrip;
    this.#leastSince = now;
  }

  #learnRate(now: number): void {
    const elapsed = now - this.#spanSince;
    if (elapsed < Math.max(RATE_SPAN_MS, this.#leastRoundTrip)) return;
    const rate = (this.#arrived - this.#spanFrom) / elapsed;
    const limited = this.#spanLimited;
    this.#beginSpan(now);
    // Who had nothing to send shows no limit of the path, only that it is not below.
    if (!limited && rate < Math.max(this.#rate, this.#previousRate)) return;
    if (now - this.#rateSince > Math.max(RATE_LASTS_MS, 10 * this.#leastRoundTrip)) {
      this.#previousRate = this.#rate;
      this.#rate = 0;
      this.#rateSince = now;
    }
    this.#rate = Math.max(this.#rate, rate);
  }
}
