/**
 * Whether the DNS servers of an on-premises suffix answer for it now: each is asked, by itself, for the domain's own
 * record, and what comes of it is told by the servers' names.
 */
import { isIP } from 'node:net';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Label } from '#protocol/names.ts';
import type { NameLookup } from '../engine/host.ts';
import { forwardQuery } from './forward.ts';
import { RCODE, TYPE } from './query.ts';

const CLASS_IN = 1;
const FLAG_RECURSION_DESIRED = 0x0100;
const SILENT = 'does not answer';
/** What a server says instead of an answer. */
const REFUSALS: Readonly<Record<number, string>> = {
  [RCODE.NXDOMAIN]: 'says that there is no such domain',
  [RCODE.REFUSED]: 'refuses to answer for it',
  [RCODE.SERVFAIL]: 'can not answer for it now (SERVFAIL)',
};

interface Outcome {
  readonly server: string;
  /** Why it is of no use; undefined when it answers. */
  readonly why: string | undefined;
}

/**
 * @param options for tests: another port, another patience
 * @returns which servers answer, and which do not, as sentences
 * @throws CausewayError DNS_SUFFIX_UNANSWERED when none does
 */
export async function proveSuffix(
  { suffix, servers }: DnsRoute,
  lookup: Pick<NameLookup, 'byName' | 'byAddress'>,
  options: { readonly port?: number; readonly patienceMs?: number } = {},
): Promise<{ detail: string; remedy?: string }> {
  const { patienceMs = LIMITS.DNS_LOOKUP_TIMEOUT_MS.value, ...port } = options;
  const message = questionFor(suffix);
  const signal = AbortSignal.timeout(patienceMs);
  const ask = async ([server, addresses]: readonly [string, readonly string[]]): Promise<Outcome> => {
    if (addresses.length === 0) return { server, why: 'is no machine that this one may reach' };
    const answer = await forwardQuery({ message, overTcp: false, addresses, ...port }, signal);
    const rcode = answer === null ? undefined : (answer[3] ?? 0) & 0xf;
    if (rcode === RCODE.NOERROR) return { server, why: undefined };
    return { server, why: rcode === undefined ? SILENT : (REFUSALS[rcode] ?? `answers with the code ${rcode}`) };
  };
  const outcomes = await Promise.all([...(await addressesByServer(servers, lookup))].map(ask));
  const told = outcomes.flatMap(({ server, why }) => (why === undefined ? [] : `${server} ${why}`)).join('; ');
  const good = outcomes.flatMap(({ server, why }) => (why === undefined ? server : []));
  if (good.length === 0) throw new CausewayError('DNS_SUFFIX_UNANSWERED', { suffix, causes: told || 'none is named' });
  const detail = `${good.join(' and ')} ${good.length === 1 ? 'answers' : 'answer'} for names under ${suffix}.`;
  return told === '' ? { detail } : { detail, remedy: `But ${told}.` };
}

/** By policy a server is named by its address of either family; those of one machine are one server. */
async function addressesByServer(
  servers: readonly string[],
  { byName, byAddress }: Pick<NameLookup, 'byName' | 'byAddress'>,
): Promise<Map<string, string[]>> {
  const found = await Promise.all(
    servers.map(async (server): Promise<[string, string[]]> => {
      if (isIP(server) === 0) {
        const machine = await byName(server as Label);
        return [server, typeof machine === 'object' ? [machine.ipv4, machine.ipv6] : []];
      }
      const machine = await byAddress(server);
      return [typeof machine === 'object' ? machine.name : server, [server]];
    }),
  );
  const byServer = new Map<string, string[]>();
  for (const [name, addresses] of found) byServer.set(name, [...(byServer.get(name) ?? []), ...addresses]);
  return byServer;
}

/** A question for the domain's SOA record (RFC 1035 §4.1), which every server of it has. */
function questionFor(suffix: string): Uint8Array {
  const labels = suffix.split('.').map((label) => Buffer.from(label, 'latin1'));
  const header = Buffer.alloc(12);
  // Proven by nobody but the one who asked, on a socket of its own: any number will do.
  header.writeUInt16BE(Date.now() & 0xffff, 0);
  header.writeUInt16BE(FLAG_RECURSION_DESIRED, 2);
  header.writeUInt16BE(1, 4);
  const type = Buffer.from([0, TYPE.SOA, 0, CLASS_IN]);
  return Buffer.concat([header, ...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0), type]);
}
