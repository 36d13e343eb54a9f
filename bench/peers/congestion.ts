/**
 * How TCP paces itself on the hosts of a lab. A computer that runs benchmarks may have BBR as its default,
 * most users have Linux's, cubic. BBR keeps queues short of its own accord and hides what those of a relay
 * do; and between programs that share two processors without a network between them it now and then takes a
 * pause of theirs for a slow line: then nothing is sent for 10 to 60 ms, by whatever contender.
 */
import type { Lab } from '#lab/hosts/lab.ts';

/** A host may choose only what the computer allows all of them; reno is always allowed, and fills queues like cubic. */
const SCRIPT =
  'for one in cubic reno; do sysctl -q -w net.ipv4.tcp_congestion_control=$one 2> /dev/null && break; done';

/** For connections opened from now on, so before any network is started. @returns the one in use, by its name in Linux */
export async function fillQueues(lab: Lab): Promise<string> {
  await Promise.all(lab.hosts.map((host) => host.must(['sh', '-c', SCRIPT])));
  return lab.host('relay').must(['sysctl', '-n', 'net.ipv4.tcp_congestion_control']);
}
