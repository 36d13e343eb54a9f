/**
 * A relay on 127.0.0.1 with a throw-away certificate and keys, for tests: real TLS, real WebSockets,
 * tickets signed on the spot. Never for use in earnest.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CryptoKey } from 'jose';
import { WebSocket } from 'ws';
import { RELAY_PATH, RELAY_SUBPROTOCOL } from '#protocol/frames.ts';
import { signTicket } from '#protocol/grants.ts';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { attachRelay, type Relay, type RelayOptions } from './edge.ts';

const DAY = 86_400_000;

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_IDENTIFIER = 0x06;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;

export interface LoopbackRelay extends AsyncDisposable {
  readonly relay: Relay;
  /** `wss://127.0.0.1:port/relay` */
  readonly url: string;
  /** Signs a ticket that ends `lastsMs` from now, as long as a real one lasts unless told. */
  ticket(subscription: SubscriptionId, machine: MachineId, lastsMs?: number): Promise<string>;
}

export async function startLoopbackRelay(
  options: Partial<Omit<RelayOptions, 'ticketKey'>> = {},
): Promise<LoopbackRelay> {
  const now = options.now ?? Date.now;
  const keys = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as {
    privateKey: CryptoKey;
    publicKey: CryptoKey;
  };
  const server = createServer(selfSigned());
  const relay = attachRelay({
    logger: { debug() {}, warn() {} },
    ...options,
    now,
    ticketKey: keys.publicKey,
  });
  server.on('upgrade', (request, socket, head) => {
    if (!relay.handleUpgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    relay,
    url: `wss://127.0.0.1:${port}${RELAY_PATH}`,
    ticket: (subscription, machine, lastsMs = LIMITS.TICKET_LIFETIME_S.value * 1_000) =>
      signTicket(
        {
          iat: Math.floor(now() / 1_000),
          exp: Math.floor((now() + lastsMs) / 1_000),
          sub: machine,
          subscription,
        },
        keys.privateKey,
      ),
    async [Symbol.asyncDispose]() {
      await relay.close();
      await new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      });
    },
  };
}

/**
 * A client that trusts any certificate: the certificate is made anew each time. It masks with zeros,
 * which costs nothing and, inside TLS, protects as well as random ones.
 */
export function dial(url: string, ticket: string | undefined, subprotocol = RELAY_SUBPROTOCOL): WebSocket {
  return new WebSocket(url, subprotocol, {
    rejectUnauthorized: false,
    perMessageDeflate: false,
    generateMask: (mask) => mask.fill(0),
    headers: ticket === undefined ? {} : { authorization: `Bearer ${ticket}` },
  });
}

/** The least certificate that TLS takes: no names, no extensions, valid for a day (RFC 5280 §4.1). */
function selfSigned(): { key: string; cert: string } {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(SEQUENCE, der(OBJECT_IDENTIFIER, Buffer.from('2a8648ce3d040302', 'hex')));
  const utcTime = (time: number) =>
    der(UTC_TIME, Buffer.from(`${new Date(time).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
  const nobody = der(SEQUENCE);
  const toBeSigned = der(
    SEQUENCE,
    der(INTEGER, randomBytes(8).fill(1, 0, 1)),
    ecdsaWithSha256,
    nobody,
    der(SEQUENCE, utcTime(Date.now() - DAY), utcTime(Date.now() + DAY)),
    nobody,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, keys.privateKey);
  const certificate = der(SEQUENCE, toBeSigned, ecdsaWithSha256, der(BIT_STRING, Buffer.of(0), signature));
  return {
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

/** One DER element (X.690) of at most 65,535 bytes. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}
