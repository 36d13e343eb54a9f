/**
 * A synthetic machine at our relay: a WebSocket client that masks with zeros as the agent's does, and
 * tickets signed with the server's own key, which the bench may read because it started the server.
 */
import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { FRAME_HEADER_BYTES, FRAME_TYPE, RELAY_PATH, RELAY_SUBPROTOCOL, writeDataHeader } from '#protocol/frames.ts';
import { signTicket } from '#protocol/grants.ts';
import { type MachineId, machineId, subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { FrameScanner, type Head } from './frame-scanner.ts';
import { connectTls, type OnPayload, type RelayAddress, type RelayLink, takeHttpHead } from './relay-link.ts';

/** RFC 6455 §5.2. */
const BINARY = 0x2;
const PING = 0x9;
const FINAL = 0x80;
const MASKED = 0x80;
const EMPTY_PONG = Buffer.from('8a8000000000', 'hex');

const SUBSCRIPTION = subscriptionId.parse('be'.repeat(16));

export interface CausewayLogin extends RelayAddress {
  readonly kind: 'causeway';
  /** The server's grant key, PEM. */
  readonly grantKey: string;
}

export async function openCausewayLink(
  login: CausewayLogin,
  machine: number,
  onPayload: OnPayload,
): Promise<RelayLink> {
  return openWithTicket(login, await ticketOf(machine, createPrivateKey(login.grantKey)), onPayload);
}

/** @throws Error with the relay's answer when it refuses the login */
export async function openWithTicket(relay: RelayAddress, ticket: string, onPayload: OnPayload): Promise<RelayLink> {
  const socket = await connectTls(relay);
  socket.write(
    [
      `GET ${RELAY_PATH} HTTP/1.1`,
      `Host: ${relay.address}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${RELAY_SUBPROTOCOL}`,
      `Authorization: Bearer ${ticket}`,
      '\r\n',
    ].join('\r\n'),
  );
  const answer = await takeHttpHead(socket);
  if (!answer.startsWith('HTTP/1.1 101')) throw new Error(`the relay refused a login: ${answer}`);
  const scanner = new FrameScanner(readHead, (kind, payload) => {
    if (kind === 'payload') onPayload(payload);
    else if (kind === 'ping') socket.write(EMPTY_PONG);
  });
  socket.on('data', (chunk: Buffer) => scanner.push(chunk));
  return { socket, frameTo };
}

function frameTo(machine: number, payloadBytes: number): { bytes: Buffer; payloadAt: number } {
  const length = FRAME_HEADER_BYTES + payloadBytes;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const headBytes = 2 + extended + 4;
  const bytes = Buffer.alloc(headBytes + length);
  bytes[0] = FINAL | BINARY;
  bytes[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended > 0) bytes.writeUIntBE(length, 2 + extended - Math.min(extended, 6), Math.min(extended, 6));
  writeDataHeader(bytes.subarray(headBytes), Buffer.from(idOf(machine), 'hex'));
  return { bytes, payloadAt: headBytes + FRAME_HEADER_BYTES };
}

/** Of what a server sends: without a mask. */
function readHead(bytes: Buffer, at: number): Head | null {
  const there = bytes.length - at;
  if (there < 2) return null;
  const short = bytes.readUInt8(at + 1);
  const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (there <= headBytes && short > 0) return null;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6);
  const opcode = bytes.readUInt8(at) & 0xf;
  if (opcode === PING) return { kind: 'ping', length: headBytes + length, payloadAt: headBytes };
  const isData = opcode === BINARY && bytes[at + headBytes] === FRAME_TYPE.DATA;
  if (!isData) return { kind: 'other', length: headBytes + length, payloadAt: headBytes };
  return { kind: 'payload', length: headBytes + length, payloadAt: headBytes + FRAME_HEADER_BYTES };
}

async function ticketOf(machine: number, key: KeyObject): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iat: now,
    exp: now + LIMITS.TICKET_LIFETIME_S.value,
    sub: idOf(machine),
    subscription: SUBSCRIPTION,
  };
  return signTicket(claims, key.toCryptoKey('Ed25519', false, ['sign']));
}

function idOf(machine: number): MachineId {
  return machineId.parse(machine.toString(16).padStart(32, '0'));
}
