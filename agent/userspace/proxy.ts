/**
 * The proxy on localhost: SOCKS5 and HTTP CONNECT on one port, told apart by the first byte. It leads to machines of the
 * network and nowhere else.
 */
import type { Socket } from 'node:net';
import { LIMITS } from '#protocol/limits.ts';
import { associate } from './associate.ts';
import { type DialFailure, dial, type Network, type Target } from './dial.ts';
import { CONNECTED, readConnect, refusal } from './http-connect.ts';
import { listenLocally } from './local-listener.ts';
import { REPLY, REPLY_TO, type Read, readGreeting, readRequest, reply, SOCKS_VERSION } from './socks.ts';
import { splice } from './splice.ts';

/** @throws CausewayError LOCAL_PORT_IN_USE, LOCAL_PORT_FORBIDDEN */
export function startProxy(port: number, network: () => Network | undefined): Promise<AsyncDisposable> {
  return listenLocally(port, (socket) => {
    // Also of one that has not said what it wants; what went wrong is followed by `close`.
    socket.on('error', () => undefined);
    void serve(socket, network).catch(() => socket.destroy());
  });
}

async function serve(socket: Socket, network: () => Network | undefined): Promise<void> {
  const reader = new Reader(socket);
  const patience = setTimeout(() => socket.destroy(), LIMITS.USERSPACE_GREETING_MS.value);
  socket.once('close', () => clearTimeout(patience));
  if ((await reader.first()) !== SOCKS_VERSION) {
    const target = await reader.read(readConnect);
    clearTimeout(patience);
    return connect(socket, reader, network, target, { done: CONNECTED, failed: refusal });
  }
  socket.write(await reader.read(readGreeting));
  const { command, target } = await reader.read(readRequest);
  clearTimeout(patience);
  if (command === 'associate') {
    reader.release();
    return associate(socket, network);
  }
  return connect(socket, reader, network, target, {
    done: reply(REPLY.SUCCEEDED),
    failed: (failure) => reply(REPLY_TO[failure]),
  });
}

async function connect(
  socket: Socket,
  reader: Reader,
  network: () => Network | undefined,
  target: Target,
  answers: { readonly done: Buffer; readonly failed: (failure: DialFailure) => Buffer },
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const connection = await dial(network(), target, gone.signal);
  if (typeof connection === 'string') {
    socket.end(answers.failed(connection));
    // An answer is taken in at once, or not at all.
    socket.setTimeout(LIMITS.USERSPACE_GREETING_MS.value, () => socket.destroy());
    socket.once('finish', () => socket.destroySoon());
    return;
  }
  socket.write(answers.done);
  reader.release();
  splice(connection, socket);
}

/** Reads what comes before the bytes that are passed on, and gives back what it read too much. */
class Reader {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#socket.pause();
    this.#wake();
  };
  readonly #onOver = (): void => {
    this.#isOver = true;
    this.#wake();
  };
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.once('end', this.#onOver);
    socket.once('close', this.#onOver);
  }

  async first(): Promise<number> {
    while (this.#bytes.length === 0) await this.#more();
    return this.#bytes[0] as number;
  }

  /** @throws Error when it ends before, or is nonsense, which has been answered then */
  async read<Value>(parse: (bytes: Buffer) => Read<Value>): Promise<Value> {
    for (;;) {
      const found = parse(this.#bytes);
      if (found === 'more') {
        await this.#more();
        continue;
      }
      if ('wrong' in found) {
        this.#socket.end(found.wrong);
        await new Promise<void>((resolve) => this.#socket.once('finish', resolve).once('close', () => resolve()));
        throw new Error('refused');
      }
      this.#bytes = this.#bytes.subarray(found.length);
      return found.value;
    }
  }

  /** The socket is somebody else's now, from where this one has read to. */
  release(): void {
    this.#socket.off('data', this.#onData).off('end', this.#onOver).off('close', this.#onOver);
    this.#socket.pause();
    if (this.#bytes.length > 0) this.#socket.unshift(this.#bytes);
  }

  async #more(): Promise<void> {
    if (this.#isOver) throw new Error('ended before it said what it wants');
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#socket.resume();
    });
    if (this.#isOver && this.#bytes.length === 0) throw new Error('ended before it said what it wants');
  }
}
