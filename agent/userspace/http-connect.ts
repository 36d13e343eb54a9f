/**
 * The bytes of HTTP CONNECT (RFC 9110 §9.3.6): what a program asks a proxy for, and what it is answered. Pure; knows no
 * sockets.
 */
import { LIMITS } from '#protocol/limits.ts';
import { type DialFailure, SENTENCES, type Target } from './dial.ts';
import type { Read } from './socks.ts';

const HEAD_END = '\r\n\r\n';
const CONNECT = /^CONNECT (?<host>\[[0-9A-Fa-f:.]+\]|[^\s:/@]+):(?<port>\d{1,5}) HTTP\/1\.[01]\r\n/;

export const CONNECTED = Buffer.from(`HTTP/1.1 200 Connection established${HEAD_END}`);

const STATUSES: Readonly<Record<DialFailure, string>> = {
  refused: '502 Bad Gateway',
  prohibited: '403 Forbidden',
  foreign: '403 Forbidden',
  unreachable: '502 Bad Gateway',
  unknown: '502 Bad Gateway',
  'timed-out': '504 Gateway Timeout',
  unavailable: '503 Service Unavailable',
  crowded: '503 Service Unavailable',
  off: '503 Service Unavailable',
};

export function readConnect(bytes: Buffer): Read<Target> {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) {
    if (bytes.length < LIMITS.USERSPACE_REQUEST_MAX_BYTES.value) return 'more';
    return { wrong: answer('431 Request Header Fields Too Large', 'The head of the request is too long.') };
  }
  const head = bytes.toString('latin1', 0, end + HEAD_END.length);
  const { host, port } = CONNECT.exec(head)?.groups ?? {};
  if (host !== undefined && Number(port) > 0 && Number(port) < 65_536) {
    return { value: { host, port: Number(port) }, length: end + HEAD_END.length };
  }
  if (!/^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/.test(head))
    return { wrong: answer('400 Bad Request', 'That is no HTTP request.') };
  return {
    wrong: answer(
      '405 Method Not Allowed',
      'This proxy knows CONNECT only; for plain HTTP use its SOCKS5 on the same port (socks5h://), or curl --proxytunnel.',
      'Allow: CONNECT\r\n',
    ),
  };
}

export function refusal(failure: DialFailure): Buffer {
  return answer(STATUSES[failure], SENTENCES[failure]);
}

function answer(status: string, sentence: string, header = ''): Buffer {
  const body = `${sentence}\n`;
  const fields = `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close`;
  return Buffer.from(`HTTP/1.1 ${status}\r\n${header}${fields}${HEAD_END}${body}`);
}
