import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RelayCore } from '#relay-server/relay/core.ts';
import { InProcessNetwork, until } from './network.ts';

/** Every byte that came out of a TLS connection in this process, the server's and the agents'. */
let afterTls: Buffer[];
/** Every frame that the relay's core was given. */
let frames: Buffer[];
let restore: () => void;

beforeEach(() => {
  afterTls = [];
  frames = [];
  const { receive } = RelayCore.prototype;
  TLSSocket.prototype.push = function push(this: TLSSocket, chunk: unknown, encoding?: BufferEncoding) {
    if (chunk instanceof Uint8Array) afterTls.push(Buffer.from(chunk));
    return Readable.prototype.push.call(this, chunk, encoding);
  };
  RelayCore.prototype.receive = function spied(this: RelayCore, connection, frame, now) {
    frames.push(Buffer.from(frame));
    receive.call(this, connection, frame, now);
  };
  restore = () => {
    TLSSocket.prototype.push = Readable.prototype.push;
    RelayCore.prototype.receive = receive;
  };
});
afterEach(() => restore());

/** The spellings in which a secret could slip through. */
function spellings(secret: Uint8Array): Buffer[] {
  const bytes = Buffer.from(secret);
  return [bytes, ...(['hex', 'base64', 'base64url'] as const).map((encoding) => Buffer.from(bytes.toString(encoding)))];
}

test('nothing that two machines say to each other, and no private key, ever reaches the relay', async () => {
  const network = await InProcessNetwork.start();
  const { administrator } = network;
  const group = await administrator.group('office', { interconnected: true });
  const token = await administrator.token(group);
  const [a, b] = [await network.member('a', token), await network.member('b', token)];

  const canaries: Buffer[] = [];
  for (const address of Object.values(await addressesOf(a, 'b'))) {
    for (let i = 0; i < 20; i++) {
      const canary = randomBytes(24);
      canaries.push(canary);
      a.send(address, canary.toString('hex'));
      await until(() => b.received().some((packet) => packet.includes(canary.toString('hex'))));
    }
  }
  const seen = Buffer.concat(afterTls);
  const relayed = Buffer.concat(frames);
  expect(frames.length).toBeGreaterThanOrEqual(canaries.length);
  // The tap works: it holds what the server is meant to see.
  expect(seen.includes('peerByName')).toBe(true);
  expect(relayed.includes(Buffer.from(b.engine.status().machine?.id ?? '', 'hex'))).toBe(true);

  for (const canary of canaries) {
    // Sent as hex text: so the text's own bytes, and spellings of both.
    for (const spelling of [...spellings(canary), ...spellings(Buffer.from(canary.toString('hex')))]) {
      expect(seen.includes(spelling)).toBe(false);
      expect(relayed.includes(spelling)).toBe(false);
    }
  }
  for (const agent of [a, b]) {
    const identity = JSON.parse(await readFile(join(network.directory, agent.name, 'identity.json'), 'utf8')) as {
      signing: { d: string };
      tunnel: { d: string };
    };
    for (const key of [identity.signing.d, identity.tunnel.d]) {
      for (const spelling of spellings(Buffer.from(key, 'base64url'))) expect(seen.includes(spelling)).toBe(false);
    }
  }
  await network[Symbol.asyncDispose]();
});

async function addressesOf(agent: Awaited<ReturnType<InProcessNetwork['agent']>>, name: string) {
  const { ipv4, ipv6 } = await agent.engine.resolve(name);
  return { ipv4, ipv6 };
}
