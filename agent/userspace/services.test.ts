/** Two machines in this process, one stack each, joined back to back; programs are real sockets on localhost. */
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { NameLookup } from '../engine/host.ts';
import { UserspaceAdapter } from './adapter.ts';
import type { DialFailure } from './dial.ts';
import { A, B } from './fake-link.fixture.ts';
import { SentTwice } from './sent-twice.fixture.ts';
import { Services, type ServicesOptions } from './services.ts';
import { datagram, readDatagram } from './socks.ts';

const NAMES: Record<string, { ipv4: string; ipv6: string }> = {
  a: A,
  b: B,
  gone: { ipv4: '100.64.0.9', ipv6: 'fd00::9' },
};
const lookup = {
  self: () => ({ name: 'a', subscription: { name: 'contoso' } }) as SelfFacts,
  routes: () => [],
  byName: async (name) => (name === 'later' ? 'unavailable' : (NAMES[name] ?? 'unknown')),
  byAddress: async (address) => {
    const found = Object.entries(NAMES).find(([, { ipv4, ipv6 }]) => address === ipv4 || address === ipv6);
    return found === undefined ? 'unknown' : { name: found[0] as never };
  },
} satisfies NameLookup;

const undo: (() => unknown)[] = [];
let near: UserspaceAdapter;
let far: UserspaceAdapter;
let twice: SentTwice;
let networks: { near: Parameters<Services['attach']>[0]; far: Parameters<Services['attach']>[0] };

beforeEach(() => {
  [near, far] = [new UserspaceAdapter(), new UserspaceAdapter()];
  twice = new SentTwice();
  networks = { near: { stack: near.configure(A), lookup }, far: { stack: far.configure(B), lookup } };
  const into = (other: UserspaceAdapter) => ({
    onPackets: (packets: readonly Uint8Array[]) => {
      for (const packet of packets) twice.look(packet);
      const copies = packets.map((packet) => new Uint8Array(packet));
      setImmediate(() => {
        for (const copy of copies) other.write(copy);
      });
    },
    onFailure: (error: Error) => {
      throw error;
    },
  });
  near.start(into(far));
  far.start(into(near));
  undo.push(
    () => near[Symbol.dispose](),
    () => far[Symbol.dispose](),
  );
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(which: 'near' | 'far', options: Partial<ServicesOptions>): Promise<Services> {
  const services = await Services.start({ forwards: [], exposures: [], ...options });
  undo.push(() => services[Symbol.asyncDispose]());
  services.attach(networks[which]);
  return services;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function server(onSocket: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const listening: Server = createServer({ allowHalfOpen: true }, onSocket).listen(0, host);
  await once(listening, 'listening');
  undo.push(() => listening.close());
  return (listening.address() as AddressInfo).port;
}

/** A server on the far machine's localhost, exposed at port 80; and a port of the near one's that leads there. */
async function forwardTo(onSocket: (socket: Socket) => void, failures: DialFailure[] = []): Promise<number> {
  await start('far', { exposures: [{ transport: 'tcp', port: 80, localPort: await server(onSocket) }] });
  const port = await freePort();
  const forwards = [{ transport: 'tcp', port, to: { host: 'b', port: 80 } }] as const;
  await start('near', { forwards, onFailure: (_, failure) => failures.push(failure) });
  return port;
}

async function everything(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const echo = (socket: Socket) => void socket.pipe(socket);

describe('a forward', () => {
  test('carries 5 MiB there and back, and each direction ends by itself', async () => {
    const port = await forwardTo(echo);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const bytes = randomBytes(5 * 1_048_576);
    socket.end(bytes);
    expect(sum(await everything(socket))).toBe(sum(bytes));
    expect(twice.packets).toBe(0);
    await expect.poll(() => networks.near?.stack.connections).toBe(0);
    await expect.poll(() => networks.far?.stack.connections).toBe(0);
  });

  test('the server may speak first, and end first', async () => {
    const port = await forwardTo((socket) => void socket.end('220 ready'));
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    expect((await everything(socket)).toString()).toBe('220 ready');
    socket.end();
  });

  test('a program that does not read holds the server up, and no more than windows wait', async () => {
    let written = 0;
    const port = await forwardTo((socket) => {
      const chunk = Buffer.alloc(65_536);
      const more = () => {
        while (written < 64 * 1_048_576 && socket.writableLength === 0) {
          written += chunk.length;
          socket.write(chunk, more);
        }
      };
      more();
      socket.on('error', () => undefined);
    });
    const socket = connect({ port, host: '127.0.0.1' }).pause();
    const grows = async () => {
      const before = written;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return written > before;
    };
    await expect.poll(grows, { timeout: 10_000 }).toBe(false);
    // Two windows, and what the kernel takes on two loopbacks.
    expect(written).toBeLessThan(24 * 1_048_576);
    socket.destroy();
    await expect.poll(() => networks.far?.stack.connections).toBe(0);
  });

  test('a reset of one side reaches the other', async () => {
    const ended: string[] = [];
    const port = await forwardTo((socket) => {
      socket.on('error', (error) => ended.push((error as NodeJS.ErrnoException).code ?? ''));
      socket.write('hello');
    });
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'data');
    socket.resetAndDestroy();
    await expect.poll(() => ended).toEqual(['ECONNRESET']);
  });

  test('to a port where nobody listens is reset, and said once', async () => {
    const failures: DialFailure[] = [];
    const port = await freePort();
    const forwards = [{ transport: 'tcp', port, to: { host: 'b', port: 81 } }] as const;
    await start('near', { forwards, onFailure: (_, failure) => failures.push(failure) });
    for (let i = 0; i < 2; i++) {
      const socket = connect({ port, host: '127.0.0.1' });
      const [error] = await once(socket, 'error');
      expect(error).toMatchObject({ code: 'ECONNRESET' });
    }
    expect(failures).toEqual(['refused']);
  });

  test('to an exposed port whose server is not there is reset', async () => {
    await start('far', { exposures: [{ transport: 'tcp', port: 80, localPort: await freePort() }] });
    const port = await freePort();
    await start('near', { forwards: [{ transport: 'tcp', port, to: { host: 'b', port: 80 } }] });
    const [error] = await once(connect({ port, host: '127.0.0.1' }), 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  test('ends with the network', async () => {
    const port = await forwardTo(echo);
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write('x');
    await once(socket, 'data');
    near[Symbol.dispose]();
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  test('on a port that is taken is refused, with its address', async () => {
    const port = await server(() => undefined);
    const forwards = [{ transport: 'tcp', port, to: { host: 'b', port: 80 } }] as const;
    await expect(Services.start({ forwards, exposures: [] })).rejects.toMatchObject({
      code: 'LOCAL_PORT_IN_USE',
      details: { address: `127.0.0.1:${port}` },
    });
  });

  test('by UDP: each program gets its own answers', async () => {
    const service = createSocket('udp4');
    service.on('message', (bytes, { port }) => service.send(`${bytes} again`, port));
    service.bind(0, '127.0.0.1');
    await once(service, 'listening');
    undo.push(() => service.close());
    const localPort = service.address().port;
    await start('far', { exposures: [{ transport: 'udp', port: 1434, localPort }] });
    const port = await freePort();
    await start('near', { forwards: [{ transport: 'udp', port, to: { host: 'b', port: 1434 } }] });
    for (const text of ['one', 'two']) {
      const program = createSocket('udp4');
      undo.push(() => program.close());
      program.send(text, port, '127.0.0.1');
      const [bytes] = await once(program, 'message');
      expect(String(bytes)).toBe(`${text} again`);
    }
  });
});

describe('the proxy', () => {
  async function proxy(): Promise<number> {
    const port = await freePort();
    await start('near', { proxyPort: port });
    await start('far', { exposures: [{ transport: 'tcp', port: 80, localPort: await server(echo) }] });
    return port;
  }

  const request = (name: string, port = 80) =>
    Buffer.concat([Buffer.of(5, 1, 0, 3, name.length), Buffer.from(name), Buffer.of(port >> 8, port & 255)]);

  /** What the proxy says after its greeting, in hex, and the socket. */
  async function socks(port: number, said: Buffer): Promise<[string, Socket]> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    // All at once, as some programs do.
    socket.write(Buffer.concat([Buffer.of(5, 1, 0), said]));
    let heard = Buffer.alloc(0);
    while (heard.length < 12) heard = Buffer.concat([heard, (await once(socket, 'data'))[0] as Buffer]);
    undo.push(() => socket.destroy());
    return [heard.toString('hex', 3, 4), socket];
  }

  test.each(['b', 'B', 'b.contoso.causeway.internal', 'b.contoso.causeway.internal.', B.ipv4, B.ipv6])(
    'SOCKS5 to %s',
    async (name) => {
      const [code, socket] = await socks(await proxy(), request(name));
      expect(code).toBe('00');
      socket.write('hello');
      const [bytes] = await once(socket, 'data');
      expect(String(bytes)).toBe('hello');
    },
  );

  test('what comes with the request is passed on', async () => {
    const [code, socket] = await socks(await proxy(), Buffer.concat([request('b'), Buffer.from('early')]));
    expect(code).toBe('00');
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toBe('early');
  });

  test.each([
    ['refused', request('b', 81), '05'],
    ['unknown', request('nobody'), '04'],
    ['foreign', request('example.com'), '02'],
    ['unavailable', request('later'), '01'],
    ['not of the network', request('192.0.2.1'), '04'],
    ['bind', Buffer.of(5, 2, 0, 1, 0, 0, 0, 0, 0, 0), '07'],
  ])('SOCKS5 %s', async (_, said, code) => {
    const [heard, socket] = await socks(await proxy(), said);
    expect(heard).toBe(code);
    if (!socket.readableEnded) await once(socket.resume(), 'end');
  });

  test.each([
    ['b:80', '200'],
    ['b:81', '502'],
    ['nobody:80', '502'],
    ['example.com:80', '403'],
    ['later:80', '503'],
  ])('HTTP CONNECT %s → %s', async (authority, status) => {
    const socket = connect({ port: await proxy(), host: '127.0.0.1' });
    undo.push(() => socket.destroy());
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    const [head] = await once(socket, 'data');
    expect(String(head)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    if (status !== '200') return;
    socket.write('hello');
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toBe('hello');
  });

  test('while the machine is not in its network both say so', async () => {
    const port = await freePort();
    const services = await start('near', { proxyPort: port });
    services.attach(undefined);
    expect((await socks(port, request('b')))[0]).toBe('03');
  });

  test('UDP by SOCKS5, for as long as its connection lasts', async () => {
    const port = await proxy();
    const answering = networks.far?.stack.openUdp(53, (bytes, from, fromPort) => {
      answering?.send(Buffer.from(`${bytes} again`), from, fromPort);
    });
    const control = connect({ port, host: '127.0.0.1' });
    control.write(Buffer.concat([Buffer.of(5, 1, 0), Buffer.of(5, 3, 0, 1, 0, 0, 0, 0, 0, 0)]));
    let heard = Buffer.alloc(0);
    while (heard.length < 12) heard = Buffer.concat([heard, (await once(control, 'data'))[0] as Buffer]);
    const outer = heard.readUInt16BE(10);
    const program = createSocket('udp4');
    undo.push(() => program.close());
    program.send(datagram({ host: B.ipv6, port: 53 }, Buffer.from('question')), outer, '127.0.0.1');
    const [bytes] = await once(program, 'message');
    expect(readDatagram(bytes as Buffer)).toEqual({
      target: { host: B.ipv6, port: 53 },
      payload: Buffer.from('question again'),
    });
    control.destroy();
    await expect
      .poll(async () => {
        const other = createSocket('udp4');
        try {
          other.bind(outer, '127.0.0.1');
          await once(other, 'listening');
          return 'free';
        } catch {
          return 'taken';
        } finally {
          other.close();
        }
      })
      .toBe('free');
  });
});
