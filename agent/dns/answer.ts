/**
 * The resolver's mind: a query's bytes in, an answer's bytes out, or the one thing that must be looked
 * up first. Pure; sockets are in server.ts, and whom this machine may reach is the control plane's to say.
 *
 * It answers for its own domains only (zone.ts), and passes on questions under on-premises suffixes, as they
 * came. Everything else is REFUSED at once: on REFUSED the C library goes on to the next name server, so
 * ordinary names do not depend on us. Only where no other server is asked (resolver.ts says when) are those
 * questions passed on as well, untouched.
 *
 * A name directly below an on-premises suffix may be that of a machine that this one reaches: then it has
 * the machine's overlay addresses, as what the on-premises server says (10.0.0.5) leads nowhere from here.
 * Negative answers carry the zone's SOA (RFC 2308 §5) with a lifetime short enough that a machine
 * connected by the administrator is found at the next try. The zone's SOA and NS are those of a locally
 * served zone (RFC 6303 §3).
 *
 * No answer of our own is over 512 bytes even with the longest names (test: "fits"), so none is ever truncated.
 */
import { type Answer, AUTHORITATIVE_ANSWER, encode, type OptAnswer, type SoaAnswer } from 'dns-packet';
import { LIMITS } from '#protocol/limits.ts';
import type { Label } from '#protocol/names.ts';
import { type Query, type QueryHead, RCODE, type Rcode, readQuery, TYPE } from './query.ts';
import { classify, fullNameIn, type NamedMachine, type Subject, type Zone } from './zone.ts';

/**
 * `unknown`: there is no such machine, or policy does not let this one reach it (never told apart).
 * `unavailable`: nobody could say, the control plane does not answer.
 */
type NotFound = 'unknown' | 'unavailable';
export type NameResult = Pick<NamedMachine, 'ipv4' | 'ipv6'> | NotFound;
export type AddressResult = Pick<NamedMachine, 'name'> | NotFound;

/** What to do about a query. After a lookup, send what `answer` makes of its result. */
export type Step =
  | { readonly kind: 'ignore' }
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  | { readonly kind: 'lookup-name'; readonly name: Label; answer(result: NameResult): Uint8Array }
  | { readonly kind: 'lookup-address'; readonly address: string; answer(result: AddressResult): Uint8Array }
  | Forwarding;

/** Ask the servers of `suffix`, and send what they say; null: the servers that the computer had before us. */
export interface Forwarding {
  readonly kind: 'forward';
  readonly suffix: string | null;
  /** When there is a machine of this name, its answer comes first. */
  readonly host: { readonly name: Label; answer(found: Pick<NamedMachine, 'ipv4' | 'ipv6'>): Uint8Array } | null;
  /** When nobody answers. */
  failed(): Uint8Array;
}

/** Header bits of the query that an answer repeats: opcode, RD and CD (RFC 1035 §4.1.1, RFC 4035 §3.1.6). */
const REPEATED_FLAGS = 0x7800 | 0x0100 | 0x0010;
const DNSSEC_OK = 0x8000;
const FOREIGN: Subject = { kind: 'foreign' };

/**
 * @param message one DNS message, whatever was received. Never throws.
 * @param zone null while this machine has no facts: then nothing is ours.
 * @param others what becomes of questions that are not ours
 */
export function answerQuery(message: Uint8Array, zone: Zone | null, others: 'refuse' | 'forward' = 'refuse'): Step {
  const read = readQuery(message);
  if (read.kind === 'ignore') return read;
  if (read.kind === 'refuse') return { kind: 'answer', bytes: encodeAnswer(read.head, { rcode: read.rcode }) };
  const { query } = read;
  const isTransfer = query.type === TYPE.AXFR || query.type === TYPE.IXFR;
  const subject = zone ? classify(query.labels, zone) : FOREIGN;
  if ((!zone || subject.kind === 'foreign') && others === 'forward' && !isTransfer) {
    return { kind: 'forward', suffix: null, host: null, failed: () => encodeAnswer(query, { rcode: RCODE.SERVFAIL }) };
  }
  if (!zone || subject.kind === 'foreign' || isTransfer) {
    return { kind: 'answer', bytes: encodeAnswer(query, { rcode: RCODE.REFUSED }) };
  }
  if (subject.kind === 'routed') return forwardingOf(query, subject, zone);
  if (subject.kind === 'name') return answerName(query, subject, zone);
  if (subject.kind === 'address') return answerAddress(query, subject, zone);
  const rcode = subject.kind === 'nothing' ? RCODE.NXDOMAIN : RCODE.NOERROR;
  const records = subject.kind === 'apex' ? apexRecords(query, subject.apex) : [];
  return { kind: 'answer', bytes: encodeAnswer(query, { rcode, records, apex: subject.apex }) };
}

function forwardingOf(query: Query, { suffix, host }: Extract<Subject, { kind: 'routed' }>, { self }: Zone): Step {
  const answer = (found: Pick<NamedMachine, 'ipv4' | 'ipv6'>) =>
    encodeAnswer(query, { rcode: RCODE.NOERROR, records: addressRecords(query, found) });
  const isAddress = query.type === TYPE.A || query.type === TYPE.AAAA;
  if (isAddress && host === self.name) return { kind: 'answer', bytes: answer(self) };
  return {
    kind: 'forward',
    suffix,
    host: isAddress && host !== null ? { name: host, answer } : null,
    failed: () => encodeAnswer(query, { rcode: RCODE.SERVFAIL }),
  };
}

function addressRecords(query: Query, { ipv4, ipv6 }: Pick<NamedMachine, 'ipv4' | 'ipv6'>): Answer[] {
  return [
    ...(wants(query, TYPE.A) ? [record(query, 'A', ipv4)] : []),
    ...(wants(query, TYPE.AAAA) ? [record(query, 'AAAA', ipv6)] : []),
  ];
}

function answerName(query: Query, { name, apex }: Extract<Subject, { kind: 'name' }>, { self }: Zone): Step {
  const answer = (result: NameResult) => answerFound(query, apex, result, (found) => addressRecords(query, found));
  return name === self.name ? { kind: 'answer', bytes: answer(self) } : { kind: 'lookup-name', name, answer };
}

function answerAddress(query: Query, subject: Extract<Subject, { kind: 'address' }>, zone: Zone): Step {
  const { address, apex } = subject;
  const answer = (result: AddressResult) =>
    answerFound(query, apex, result, ({ name }) =>
      wants(query, TYPE.PTR) ? [record(query, 'PTR', fullNameIn(zone, name))] : [],
    );
  const isSelf = address === zone.self.ipv4 || address === zone.self.ipv6;
  return isSelf ? { kind: 'answer', bytes: answer(zone.self) } : { kind: 'lookup-address', address, answer };
}

function answerFound<Found>(
  query: Query,
  apex: string,
  result: Found | NotFound,
  recordsOf: (found: Found) => Answer[],
): Uint8Array {
  if (result === 'unavailable') return encodeAnswer(query, { rcode: RCODE.SERVFAIL });
  if (result === 'unknown') return encodeAnswer(query, { rcode: RCODE.NXDOMAIN, apex });
  return encodeAnswer(query, { rcode: RCODE.NOERROR, records: recordsOf(result as Found), apex });
}

function wants(query: Query, type: number): boolean {
  return query.type === type || query.type === TYPE.ANY;
}

/** Owned by the name as the query spells it. */
function record(query: Query, type: 'A' | 'AAAA' | 'PTR' | 'NS', data: string): Answer {
  return { type, name: query.labels.join('.'), ttl: LIMITS.DNS_TTL_S.value, data };
}

function apexRecords(query: Query, apex: string): Answer[] {
  return [
    ...(wants(query, TYPE.SOA) ? [{ ...soa(apex), name: query.labels.join('.') }] : []),
    ...(wants(query, TYPE.NS) ? [record(query, 'NS', apex)] : []),
  ];
}

/** RFC 6303 §3, but for the times: nothing here is ever transferred, and no "no" may be kept long. */
function soa(apex: string): SoaAnswer {
  const negativeTtl = LIMITS.DNS_NEGATIVE_TTL_S.value;
  return {
    type: 'SOA',
    name: apex,
    ttl: negativeTtl,
    data: {
      mname: apex,
      rname: 'nobody.invalid',
      serial: 1,
      refresh: 3_600,
      retry: 1_200,
      expire: 604_800,
      minimum: negativeTtl,
    },
  };
}

interface Content {
  readonly rcode: Rcode;
  readonly records?: readonly Answer[];
  /** The domain of ours that the answer speaks for; absent where we have no authority. */
  readonly apex?: string;
}

/** The codec encodes header and records; the question is put between them byte for byte as it came. */
function encodeAnswer(head: QueryHead, { rcode, records = [], apex }: Content): Uint8Array {
  const authoritative = apex === undefined ? 0 : AUTHORITATIVE_ANSWER;
  const encoded = encode({
    type: 'response',
    id: head.id,
    flags: (head.flags & REPEATED_FLAGS) | authoritative | (rcode & 0xf),
    answers: [...records],
    authorities: apex !== undefined && records.length === 0 ? [soa(apex)] : [],
    additionals: head.edns ? [opt(head.edns.dnssecOk, rcode)] : [],
  });
  const bytes = new Uint8Array(encoded.length + head.question.length);
  bytes.set(encoded.subarray(0, 12));
  bytes.set(head.question, 12);
  bytes.set(encoded.subarray(12), 12 + head.question.length);
  new DataView(bytes.buffer).setUint16(4, head.question.length > 0 ? 1 : 0);
  return bytes;
}

function opt(dnssecOk: boolean, rcode: Rcode): OptAnswer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: LIMITS.DNS_UDP_PAYLOAD_BYTES.value,
    extendedRcode: rcode >> 4,
    ednsVersion: 0,
    flags: dnssecOk ? DNSSEC_OK : 0,
    flag_do: dnssecOk,
    options: [],
  };
}
