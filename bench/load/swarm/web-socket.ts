/**
 * The least of a WebSocket client (RFC 6455) that a synthetic agent needs: what a library does for each
 * connection would cost the computer more than the server that is measured does. Masks with zeros, as our agent.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ConnectionOptions, connect, createSecureContext, type TLSSocket } from 'node:tls';
import type { ServerPin } from '#protocol/ids.ts';
import { pinOfServer } from '#relay-server/loopback-machine.fixture.ts';

export const TEXT = 0x1;
export const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const FINAL = 0x80;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const NOTHING = Buffer.alloc(0);
/** Until a server that is busy has answered the upgrade, on a computer full of others. */
const PATIENCE_MS = 60_000;

/** One for all: each takes some 30 KB. Whose certificate it is changes no cost. */
const CONTEXT = createSecureContext();

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Loopback address to come from. */
  readonly from: string;
  readonly path: string;
  readonly subprotocol: string;
  readonly headers?: readonly string[];
}

export class WebSocketClient {
  /** Of the server; unchecked. */
  readonly pin: ServerPin;
  readonly #socket: TLSSocket;
  /** Called with each message; a view that is valid during the call. */
  onMessage: (opcode: number, payload: Buffer) => void = () => undefined;
  onClose: () => void = () => undefined;
  #rest: Buffer = NOTHING;

  private constructor(socket: TLSSocket, pin: ServerPin, rest: Buffer) {
    this.#socket = socket;
    this.pin = pin;
    this.#rest = rest;
    socket.on('close', () => this.onClose());
  }

  /** Nothing is handed over before {@link start}. @throws Error with what the server answered when it refuses */
  static async open(target: Target): Promise<WebSocketClient> {
    const { host, port, from } = target;
    const options: ConnectionOptions & { localAddress: string } = {
      host,
      port,
      localAddress: from,
      secureContext: CONTEXT,
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    };
    const socket = connect(options);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
    await once(socket, 'secureConnect');
    const pin = pinOfServer(socket);
    socket.setNoDelay(true);
    socket.write(requestFor(target));
    const rest = await headOf(socket);
    socket.setTimeout(0);
    socket.on('error', () => socket.destroy());
    return new WebSocketClient(socket, pin, rest);
  }

  start(): void {
    const rest = this.#rest;
    this.#rest = NOTHING;
    this.#socket.on('data', (chunk: Buffer) => this.#push(chunk));
    if (rest.length > 0) this.#push(rest);
    this.#socket.resume();
  }

  send(opcode: number, payload: Uint8Array): void {
    const { length } = payload;
    const extended = length < LENGTH_16 ? 0 : length <= 0xffff ? 2 : 8;
    const frame = Buffer.alloc(2 + extended + 4 + length);
    frame[0] = FINAL | opcode;
    frame[1] = MASKED | (extended === 0 ? length : extended === 2 ? LENGTH_16 : LENGTH_64);
    if (extended === 2) frame.writeUInt16BE(length, 2);
    if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
    frame.set(payload, frame.length - length);
    this.#socket.write(frame);
  }

  /** Ends it, and tells nobody. */
  terminate(): void {
    this.onClose = () => undefined;
    this.#socket.destroy();
  }

  ping(): void {
    this.send(PING, NOTHING);
  }

  #push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = NOTHING;
    for (let at = 0; at < bytes.length; ) {
      const short = bytes.length - at < 2 ? -1 : bytes.readUInt8(at + 1);
      const head = short < LENGTH_16 ? 2 : short === LENGTH_16 ? 4 : 10;
      const isWhole = short >= 0 && bytes.length - at >= head;
      const length = !isWhole ? 0 : short < LENGTH_16 ? short : lengthAt(bytes, at + 2, head);
      if (!isWhole || bytes.length - at < head + length) {
        this.#rest = bytes.subarray(at);
        return;
      }
      this.#take(bytes.readUInt8(at) & 0xf, bytes.subarray(at + head, at + head + length));
      at += head + length;
    }
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === PING) this.send(PONG, payload);
    else if (opcode === CLOSE) this.#socket.end();
    else if (opcode !== PONG) this.onMessage(opcode, payload);
  }
}

function lengthAt(bytes: Buffer, at: number, head: number): number {
  return head === 4 ? bytes.readUInt16BE(at) : Number(bytes.readBigUInt64BE(at));
}

function requestFor({ host, path, subprotocol, headers = [] }: Target): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    ...headers,
    '\r\n',
  ].join('\r\n');
}

/** Reads the answer's head. @returns what came behind it */
function headOf(socket: TLSSocket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = NOTHING;
    const done = (error: Error | null, rest: Buffer) => {
      socket.off('data', onData).off('error', reject).off('close', onClose).pause();
      if (error === null) return resolve(rest);
      socket.destroy();
      reject(error);
    };
    const onClose = () => done(new Error('the server closed the connection'), NOTHING);
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      const status = bytes.toString('latin1', 0, bytes.indexOf('\r\n'));
      const refused = status.includes(' 101 ') ? null : new Error(`${status}: ${bytes.toString('utf8', end + 4)}`);
      done(refused, bytes.subarray(end + 4));
    };
    socket.on('data', onData).on('error', reject).on('close', onClose);
  });
}
