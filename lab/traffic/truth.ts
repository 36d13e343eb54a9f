/**
 * Compares what was shown with what was so: an icon that says "connected" beside a ping every 200 ms. Pure.
 */

export interface Sample {
  /** Milliseconds of the Unix epoch. */
  readonly at: number;
  readonly icon: string;
  readonly says: string;
}

export interface Ping {
  readonly sentAt: number;
  /** Null when no answer came, or only after PING_PATIENCE_MS. */
  readonly answeredAt: number | null;
}

export interface Verdict {
  /** From the network's return until "connected" was shown for good; 0 if it was shown all the time. */
  readonly shownAfterMs: number;
  /** From the network's return until pings were answered for good; 0 if they were all the time. */
  readonly answeredAfterMs: number;
  /** How often "connected" was shown though neither the ping before nor the one after was answered. */
  readonly untrueSamples: number;
  /** The longest time during which it was, from the first ping of a row that was not answered. */
  readonly untrueMs: number;
  readonly lostPings: number;
}

export const PING_EVERY_MS = 200;
/** What is answered later was under way while nothing got through. */
const PING_PATIENCE_MS = 1_000;
/** Whoever took no sample for so long was stopped, as a computer's screen is when it sleeps. */
const ASLEEP_MS = 5_000;

export function samplesOf(output: string): Sample[] {
  return output
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Sample);
}

/** Out of what `ping -D` prints. When those without an answer were sent follows from their neighbours. */
export function pingsOf(output: string): Ping[] {
  const line = /^\[(\d+\.\d+)\] \d+ bytes from .* icmp_seq=(\d+) .*time=([\d.]+) ms$/gm;
  const answers = new Map<number, Ping>();
  for (const [, at, sequence, time] of output.matchAll(line)) {
    const [answeredAt, took] = [Number(at) * 1_000, Number(time)];
    const inTime = took <= PING_PATIENCE_MS;
    answers.set(Number(sequence), { sentAt: answeredAt - took, answeredAt: inTime ? answeredAt : null });
  }
  const known = [...answers.keys()].sort((a, b) => a - b);
  return known.flatMap((sequence, index) => {
    const ping = answers.get(sequence) as Ping;
    const next = known[index + 1];
    if (next === undefined) return [ping];
    const step = ((answers.get(next) as Ping).sentAt - ping.sentAt) / (next - sequence);
    const missing = Array.from({ length: next - sequence - 1 }, (_, gap): Ping => {
      return { sentAt: ping.sentAt + step * (gap + 1), answeredAt: null };
    });
    return [ping, ...missing];
  });
}

/** @param returnedAt when the network was there again; @param from and @param to bound what is looked at */
export function compare(
  allSamples: readonly Sample[],
  allPings: readonly Ping[],
  { from, returnedAt, to }: { from: number; returnedAt: number; to: number },
): Verdict {
  const samples = allSamples.filter(({ at }) => at >= from && at <= to);
  const pings = allPings.filter(({ sentAt }) => sentAt >= from && sentAt <= to);
  const lastOther = samples.findLastIndex(({ icon }) => icon !== 'connected');
  const lastLost = pings.findLastIndex(({ answeredAt }) => answeredAt === null);
  const shownAt = lastOther < 0 ? returnedAt : (samples[lastOther + 1]?.at ?? Number.POSITIVE_INFINITY);
  const answeredAt = lastLost < 0 ? returnedAt : (pings[lastLost + 1]?.answeredAt ?? Number.POSITIVE_INFINITY);
  let [untrueSamples, untrueMs, shownSince, sampledAt] = [0, 0, from, from];
  for (const { at, icon } of samples) {
    if (icon !== 'connected' || at - sampledAt > ASLEEP_MS) shownSince = at;
    sampledAt = at;
    const last = pings.findLastIndex(({ sentAt }) => sentAt <= at);
    const isTrue = [pings[last], pings[last + 1]].some((ping) => ping !== undefined && ping.answeredAt !== null);
    if (icon !== 'connected' || isTrue) continue;
    untrueSamples++;
    const answeredBefore = pings.findLastIndex((ping, index) => index < last && ping.answeredAt !== null);
    untrueMs = Math.max(untrueMs, at - Math.max(shownSince, pings[answeredBefore + 1]?.sentAt ?? at));
  }
  return {
    shownAfterMs: Math.max(0, Math.round(shownAt - returnedAt)),
    answeredAfterMs: Math.max(0, Math.round(answeredAt - returnedAt)),
    untrueSamples,
    untrueMs: Math.round(untrueMs),
    lostPings: pings.filter((ping) => ping.answeredAt === null).length,
  };
}
