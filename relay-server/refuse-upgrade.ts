/**
 * Refuses a WebSocket upgrade with an ordinary HTTP/1.1 answer in the catalogue's wire form.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type CausewayError, ERRORS } from '#protocol/errors.ts';

export function refuseUpgrade(socket: Duplex, refusal: CausewayError): void {
  const status = ERRORS[refusal.code].http;
  const body = JSON.stringify({ error: refusal.toWire() });
  socket.on('error', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  );
}
