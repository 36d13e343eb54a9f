/**
 * A TLS server on loopback whose every answer the test writes itself: for what no honest server does.
 */
import { createHash, createPublicKey } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { serverPin } from '#protocol/ids.ts';
import type { PinnedServer } from './pinned-socket.ts';

/** Made for these tests; it guards nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7NApM3qqliR/jdIb
afzGwzxuGtsM3uJxAXFjYtAh08ahRANCAARlVI5Kc0bO/dbLB9KmbjCOVk6F2uto
0eSYWIRTpxKkoI5QJ3FdPiD5jkTm3FTvsHlcbknxR4717JVhAve1mQaw
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgzCCASmgAwIBAgIUGy/c6BZnHoqk0LVXKkb6FnVsd78wCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLbWlzYmVoYXZpbmcwIBcNMjYxMTIzMjMwNDE0WhgPMjEyNjEw
MzAyMzA0MTRaMBYxFDASBgNVBAMMC21pc2JlaGF2aW5nMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEZVSOSnNGzv3WywfSpm4wjlZOhdrraNHkmFiEU6cSpKCOUCdx
XT4g+Y5E5txU77B5XG5J8UeO9eyVYQL3tZkGsKNTMFEwHQYDVR0OBBYEFPva9uUa
bc1oo+RrUhcJSYgHXSTTMB8GA1UdIwQYMBaAFPva9uUabc1oo+RrUhcJSYgHXSTT
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAIDiGpzey+tAxAD6
QwK6AMw0zJGsrR0e3y17JlUAwsXzAiBFNogQKfyhNERO4MmYKEVbR/Cknr0nVWRf
8O6QS7U50g==
-----END CERTIFICATE-----`;

/** As RFC 6455 §1.3 wants it, so that a client takes the answer for a WebSocket's. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export class RudeServer implements AsyncDisposable {
  readonly target: PinnedServer;
  /** Connections so far. */
  connections = 0;
  readonly #server = createServer({ key: KEY, cert: CERTIFICATE });
  readonly #webSockets = new WebSocketServer({ noServer: true });
  readonly #sockets = new Set<Duplex>();

  /** @param onUpgrade answers on the bare socket */
  static async start(onUpgrade: (request: IncomingMessage, socket: Duplex) => void): Promise<RudeServer> {
    const rude = new RudeServer(onUpgrade);
    await new Promise<void>((resolve) => rude.#server.listen(0, '127.0.0.1', resolve));
    const { port } = rude.#server.address() as AddressInfo;
    Object.assign(rude.target, { server: `https://127.0.0.1:${port}` });
    return rude;
  }

  /** A server that does WebSockets as it should, and whose messages the test writes. */
  static webSocket(onWebSocket: (webSocket: WebSocket, number: number) => void): Promise<RudeServer> {
    const started: Promise<RudeServer> = RudeServer.start((request, socket) => {
      void started.then((rude) => {
        rude.#webSockets.handleUpgrade(request, socket, Buffer.alloc(0), (webSocket) => {
          webSocket.on('error', () => undefined);
          onWebSocket(webSocket, rude.connections);
        });
      });
    });
    return started;
  }

  private constructor(onUpgrade: (request: IncomingMessage, socket: Duplex) => void) {
    const spki = createPublicKey(CERTIFICATE).export({ type: 'spki', format: 'der' });
    this.target = { server: '', pin: serverPin.parse(createHash('sha256').update(spki).digest('base64url')) };
    this.#server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
    this.#server.on('upgrade', (request, socket) => {
      this.connections++;
      onUpgrade(request, socket);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The answer that opens a WebSocket, as text. */
export function switching(request: IncomingMessage): string {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${ACCEPT_GUID}`).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  lines.push(`Sec-WebSocket-Accept: ${accept}`, `Sec-WebSocket-Protocol: ${request.headers['sec-websocket-protocol']}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** One unmasked text frame of up to 65,535 bytes. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const short = payload.length < 126;
  const header = Buffer.from([0x81, short ? payload.length : 126]);
  const length = Buffer.alloc(short ? 0 : 2);
  if (!short) length.writeUInt16BE(payload.length);
  return Buffer.concat([header, length, payload]);
}
