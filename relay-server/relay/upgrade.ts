/**
 * The server's half of the WebSocket opening handshake (RFC 6455 §4.2), without extensions.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 6455 §1.3 */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes, base 64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** What is wrong with a request that wants to become a WebSocket; null when nothing is. */
export function upgradeFault({ method, headers }: IncomingMessage): string | null {
  if (method !== 'GET') return 'a WebSocket begins with GET';
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'the Upgrade header is not "websocket"';
  if (headers['sec-websocket-version'] !== '13') return 'the WebSocket version is not 13';
  return KEY.test(headers['sec-websocket-key'] ?? '') ? null : 'the Sec-WebSocket-Key header is missing or malformed';
}

/** Answers a request that {@link upgradeFault} found nothing wrong with. The socket speaks WebSocket from then on. */
export function acceptUpgrade(request: IncomingMessage, socket: Duplex, subprotocol: string): void {
  const key = `${request.headers['sec-websocket-key']}${ACCEPT_GUID}`;
  const answer = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  ];
  socket.write(`${answer.join('\r\n')}\r\n\r\n`);
}
