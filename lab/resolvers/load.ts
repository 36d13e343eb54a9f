/** dnsperf against the agent's name server on a host: how fast, and whether any question is lost or failed. */
import { DEFAULT_DNS_ADDRESS } from '#agent/dns/server.ts';
import type { Host } from '../hosts/host.ts';

export interface Load {
  readonly questions: number;
  readonly lost: number;
  /** Answers by their code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** @param questions lines of `NAME TYPE`, asked over and over */
export async function load(
  host: Host,
  questions: readonly string[],
  { seconds, perSecond, mode }: { seconds: number; perSecond: number; mode: 'udp' | 'tcp' },
): Promise<Load> {
  await host.write('/run/questions', `${questions.join('\n')}\n`);
  const rate = ['-l', String(seconds), '-Q', String(perSecond), '-c', '4'];
  const command = ['dnsperf', '-s', DEFAULT_DNS_ADDRESS, '-d', '/run/questions', '-e', '-v', '-m', mode, ...rate];
  const output = await host.must(command, { timeoutMs: (seconds + 30) * 1_000 });
  const codes: Record<string, number> = {};
  const times: number[] = [];
  for (const [, code = '', time] of output.matchAll(/^> (\S+) \S+ \S+ ([\d.]+)/gm)) {
    codes[code] = (codes[code] ?? 0) + 1;
    times.push(Number(time) * 1_000);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 100) / 100;
  const lost = Number(/Queries lost:\s+(\d+)/.exec(output)?.[1] ?? Number.NaN);
  return { questions: times.length, lost, codes, medianMs: at(0.5), p99Ms: at(0.99) };
}
