/**
 * For tests: what a right packet is, the slow and obvious way, sharing no code with what it judges. Reads
 * IPv4 without options and IPv6 without extension headers only.
 */

/** One's complement sum with an end-around carry after every word (RFC 1071 §1). All ones for a right packet. */
function onesSum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i] as number) * 256 + (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

export interface ReadPacket {
  readonly protocol: number;
  /** TCP or UDP header and what follows. */
  readonly segment: Uint8Array;
  readonly payload: Uint8Array;
  /** What is wrong with its lengths and checksums, nothing if it is right. */
  readonly faults: readonly string[];
}

/** @param ip a bare TCP or UDP packet */
export function readPacket(ip: Uint8Array): ReadPacket {
  const bytes = [...ip];
  const v4 = (bytes[0] as number) >> 4 === 4;
  const headerBytes = v4 ? 20 : 40;
  const segment = bytes.slice(headerBytes);
  const protocol = bytes[v4 ? 9 : 6] as number;
  const addresses = v4 ? bytes.slice(12, 20) : bytes.slice(8, 40);
  const word = (list: readonly number[], at: number) => (list[at] as number) * 256 + (list[at + 1] as number);
  const length = segment.length;
  const pseudo = [...addresses, 0, protocol, Math.floor(length / 256), length % 256];
  const tcp = protocol === 6;
  const checks: [string, boolean][] = [
    ['IP length', v4 ? word(bytes, 2) === bytes.length : word(bytes, 4) === length],
    ['IPv4 header checksum', !v4 || onesSum(bytes.slice(0, 20)) === 0xffff],
    ['protocol', tcp || protocol === 17],
    ['UDP length', tcp || word(segment, 4) === length],
    ['UDP checksum present', tcp || word(segment, 6) !== 0],
    ['transport checksum', onesSum([...pseudo, ...segment]) === 0xffff],
  ];
  return {
    protocol,
    segment: Uint8Array.from(segment),
    payload: Uint8Array.from(segment.slice(tcp ? ((segment[12] as number) >> 4) * 4 : 8)),
    faults: checks.filter(([, right]) => !right).map(([what]) => what),
  };
}
