/**
 * Reads one DNS query (RFC 1035 §4, RFC 6891) out of bytes that anybody on this machine may have sent.
 * An exact-length decoder that keeps the question's own bytes, because an answer repeats them as they
 * came (letter case, RFC 4343 §4.1; odd labels). A general codec loses those: it decodes labels as UTF-8
 * and joins them with dots that a label may hold itself. Knows nothing of zones and answers.
 */
import { LIMITS } from '#protocol/limits.ts';

/** Response codes (RFC 1035 §4.1.1, RFC 6891 §9). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  /** Extended: its upper eight bits travel in the OPT record. */
  BADVERS: 16,
} as const;
export type Rcode = (typeof RCODE)[keyof typeof RCODE];

/** Record types that this resolver has to tell apart. */
export const TYPE = { A: 1, NS: 2, SOA: 6, PTR: 12, AAAA: 28, OPT: 41, IXFR: 251, AXFR: 252, ANY: 255 } as const;

const HEADER_BYTES = 12;
const CLASS_IN = 1;
const FLAG_RESPONSE = 0x8000;
const OPCODE_MASK = 0x7800;
const POINTER_BITS = 0xc0;
const NAME_MAX_BYTES = 255;

/** What every answer repeats, even one to a message that could not be read. */
export interface QueryHead {
  readonly id: number;
  /** The 16 bits after the id. */
  readonly flags: number;
  /** The question as it came, empty if it could not be read. */
  readonly question: Uint8Array;
  /** The sender's OPT record; null if there was none. */
  readonly edns: { readonly dnssecOk: boolean } | null;
}

export interface Query extends QueryHead {
  /** Labels from the left as they came, one character a byte (Latin-1). */
  readonly labels: readonly string[];
  readonly type: number;
}

/**
 * `ignore`: not to be answered at all, either too short to have an id or itself an answer (answering
 * those makes two servers talk for ever).
 */
export type ReadQuery =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'refuse'; readonly head: QueryHead; readonly rcode: Rcode }
  | { readonly kind: 'ignore' };

/** Never throws. */
export function readQuery(message: Uint8Array): ReadQuery {
  if (message.length < HEADER_BYTES) return { kind: 'ignore' };
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const flags = view.getUint16(2);
  if ((flags & FLAG_RESPONSE) !== 0) return { kind: 'ignore' };
  const head: QueryHead = { id: view.getUint16(0), flags, question: new Uint8Array(0), edns: null };
  const refuse = (rcode: Rcode, known: QueryHead = head): ReadQuery => ({ kind: 'refuse', head: known, rcode });

  if ((flags & OPCODE_MASK) !== 0) return refuse(RCODE.NOTIMP);
  if (message.length > LIMITS.DNS_QUERY_MAX_BYTES.value) return refuse(RCODE.FORMERR);
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((offset) => view.getUint16(offset));
  if (questions !== 1 || answers !== 0 || authorities !== 0) return refuse(RCODE.FORMERR);

  const name = readQuestionName(message);
  if (name === null || name.end + 4 > message.length) return refuse(RCODE.FORMERR);
  const end = name.end + 4;
  const opt = readAdditionals(view, end, additionals ?? 0);
  if (opt === 'malformed') return refuse(RCODE.FORMERR);

  const question = message.slice(HEADER_BYTES, end);
  const edns = opt && { dnssecOk: opt.dnssecOk };
  const query: Query = { ...head, question, edns, labels: name.labels, type: view.getUint16(name.end) };
  if (opt && opt.version !== 0) return refuse(RCODE.BADVERS, query);
  if (view.getUint16(name.end + 2) !== CLASS_IN) return refuse(RCODE.NOTIMP, query);
  return { kind: 'query', query };
}

/** The name after the header. It comes first, so it has nothing that it could point to: pointers are malformed. */
function readQuestionName(message: Uint8Array): { labels: string[]; end: number } | null {
  const labels: string[] = [];
  let offset = HEADER_BYTES;
  for (;;) {
    const length = message[offset];
    if (length === undefined || (length & POINTER_BITS) !== 0) return null;
    offset += 1;
    if (offset + length - HEADER_BYTES > NAME_MAX_BYTES || offset + length > message.length) return null;
    if (length === 0) return { labels, end: offset };
    labels.push(String.fromCharCode(...message.subarray(offset, offset + length)));
    offset += length;
  }
}

/** Walks the additional records for the one OPT record that may be there; the message must end with the last. */
function readAdditionals(
  view: DataView,
  start: number,
  count: number,
): { version: number; dnssecOk: boolean } | null | 'malformed' {
  let opt: { version: number; dnssecOk: boolean } | null = null;
  let offset = start;
  for (let index = 0; index < count; index++) {
    const nameEnd = skipName(view, offset);
    if (nameEnd === null || nameEnd + 10 > view.byteLength) return 'malformed';
    if (view.getUint16(nameEnd) === TYPE.OPT) {
      const nameIsRoot = nameEnd === offset + 1;
      if (opt !== null || !nameIsRoot) return 'malformed';
      opt = { version: view.getUint8(nameEnd + 5), dnssecOk: (view.getUint16(nameEnd + 6) & 0x8000) !== 0 };
    }
    offset = nameEnd + 10 + view.getUint16(nameEnd + 8);
  }
  return offset === view.byteLength ? opt : 'malformed';
}

/**
 * Where a name ends; null if it does not. It may end in a pointer, which is stepped over and never followed.
 */
export function skipName(view: DataView, start: number): number | null {
  let offset = start;
  while (offset < view.byteLength && offset - start < NAME_MAX_BYTES) {
    const length = view.getUint8(offset);
    if (length === 0) return offset + 1;
    if ((length & POINTER_BITS) === POINTER_BITS) return offset + 2;
    if ((length & POINTER_BITS) !== 0) return null;
    offset += 1 + length;
  }
  return null;
}
