/**
 * What is looked at in an answer that another DNS server gave: whether it answers our question, and the
 * addresses that it adds unasked. Pure; everything else in it is the asker's to read.
 */
import { skipName, TYPE } from './query.ts';

const HEADER_BYTES = 12;
const FLAG_RESPONSE = 0x8000;
const ADDITIONAL_COUNT_OFFSET = 10;

/** Whether the answer has the question's id and, if it repeats the question, that very question. */
export function answers(question: Uint8Array, answer: Uint8Array): boolean {
  if (answer.length < HEADER_BYTES) return false;
  const [asked, said] = [viewOf(question), viewOf(answer)];
  if (said.getUint16(0) !== asked.getUint16(0) || (said.getUint16(2) & FLAG_RESPONSE) === 0) return false;
  if (said.getUint16(4) === 0) return true; // Some servers leave it out when they refuse.
  const [askedEnd, saidEnd] = [questionEnd(asked), questionEnd(said)];
  if (askedEnd === null || saidEnd !== askedEnd) return false;
  for (let at = HEADER_BYTES; at < askedEnd; at++) if (lower(question[at]) !== lower(answer[at])) return false;
  return true;
}

/**
 * Without the addresses that a server adds beside what was asked (those of an SRV record's target, say):
 * they are the ones of the office's own network, which lead nowhere from here. Whoever needs the address asks
 * for the name, and that is answered with what is reached. An answer that is signed as a whole (TSIG,
 * SIG(0)) or can not be read stays as it is.
 */
export function withoutGlue(answer: Uint8Array): Uint8Array {
  const view = viewOf(answer);
  const counts = [6, 8, ADDITIONAL_COUNT_OFFSET].map((offset) => view.getUint16(offset));
  const [answerCount = 0, authorityCount = 0, additionalCount = 0] = counts;
  let offset = view.getUint16(4) === 0 ? HEADER_BYTES : questionEnd(view);
  for (let index = 0; index < answerCount + authorityCount && offset !== null; index++) {
    offset = recordAt(view, offset)?.end ?? null;
  }
  if (offset === null) return answer;
  const kept: Uint8Array[] = [answer.slice(0, offset)];
  let keptCount = 0;
  for (let index = 0; index < additionalCount; index++) {
    const record = recordAt(view, offset);
    if (record === null || (record.type !== TYPE.OPT && !isAddress(record.type))) return answer;
    // An OPT record's name is the root, so it may stand anywhere: nothing in it points elsewhere.
    if (record.type === TYPE.OPT) kept.push(answer.subarray(offset, record.end));
    if (record.type === TYPE.OPT) keptCount++;
    offset = record.end;
  }
  if (keptCount === additionalCount || offset !== answer.length) return answer;
  const bytes = Buffer.concat(kept);
  bytes.writeUInt16BE(keptCount, ADDITIONAL_COUNT_OFFSET);
  return bytes;
}

function isAddress(type: number): boolean {
  return type === TYPE.A || type === TYPE.AAAA;
}

function recordAt(view: DataView, offset: number): { type: number; end: number } | null {
  const nameEnd = skipName(view, offset);
  if (nameEnd === null || nameEnd + 10 > view.byteLength) return null;
  const end = nameEnd + 10 + view.getUint16(nameEnd + 8);
  return end > view.byteLength ? null : { type: view.getUint16(nameEnd), end };
}

function questionEnd(view: DataView): number | null {
  const nameEnd = skipName(view, HEADER_BYTES);
  return nameEnd === null || nameEnd + 4 > view.byteLength ? null : nameEnd + 4;
}

/** The type's and class's bytes come by as well, and are compared no less for it: both sides are lowered alike. */
function lower(byte: number | undefined): number {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : (byte ?? 0);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
