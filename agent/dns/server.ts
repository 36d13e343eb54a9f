/**
 * The resolver's sockets: UDP and TCP on one loopback address. It bounds how much is under way, asks the
 * given context what answer.ts needs to know, and sends what that says. It knows nothing of the control
 * plane; questions for other servers it hands to the context as they came.
 */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Label } from '#protocol/names.ts';
import { type AddressResult, answerQuery, type Forwarding, type NameResult } from './answer.ts';
import type { Zone } from './zone.ts';

/** `CW` and the port in loopback's 127.0.0.0/8: nobody else's, and no outside packet can reach it (RFC 1122 §3.2.1.3). */
export const DEFAULT_DNS_ADDRESS = '127.67.87.53';
export const DNS_PORT = 53;

/** What the server asks of the agent. A lookup that throws counts as `unavailable`. */
export interface DnsContext {
  /** Read at every query: this machine may be renamed. Null while it has no facts; all is REFUSED then. */
  zone(): Zone | null;
  /** By bare name. The signal ends the wait when nobody needs the answer any more. */
  lookupName(name: Label, signal: AbortSignal): Promise<NameResult>;
  /** By overlay address of either family, in the text form of protocol/addresses.ts. */
  lookupAddress(address: string, signal: AbortSignal): Promise<AddressResult>;
  /** Whether questions that are not ours go to the servers that the computer had before, instead of being refused. */
  forwardsOthers(): boolean;
  /** Asks the DNS servers of an on-premises suffix, or those the computer had before; null when none answers. */
  forward(question: ForwardedQuestion, signal: AbortSignal): Promise<Uint8Array | null>;
}

export interface ForwardedQuestion {
  /** Null: under none, and for the servers that the computer had before. */
  readonly suffix: string | null;
  /** The whole message as it came. */
  readonly message: Uint8Array;
  /** It came over TCP, and may be answered at any length. */
  readonly overTcp: boolean;
}

export interface DnsServer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** Since the start; `dropped`: not from this machine, no query at all, or over a bound. */
  readonly counters: { readonly answered: number; readonly dropped: number };
  /** Closes both sockets and ends every wait. Idempotent. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts to answer; ready when it resolves.
 * @throws CausewayError PORT_IN_USE, PORT_FORBIDDEN; USAGE when `address` is not a loopback address.
 */
export async function startDnsServer(options: {
  context: DnsContext;
  address?: string;
  /** 0 lets the kernel choose, for tests. */
  port?: number;
  /** How long a lookup may take before the answer is SERVFAIL; shorter in tests. */
  lookupTimeoutMs?: number;
}): Promise<DnsServer> {
  const { context, address = DEFAULT_DNS_ADDRESS, port = DNS_PORT } = options;
  if (!isLoopback(address)) {
    throw new CausewayError('USAGE', { issue: `The resolver listens on loopback addresses only, not on ${address}.` });
  }
  const server = new LoopbackDnsServer(context, address, options.lookupTimeoutMs ?? LIMITS.DNS_LOOKUP_TIMEOUT_MS.value);
  try {
    await server.listen(port);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw listenError(error, `${address}:${port}`);
  }
  return server;
}

class LoopbackDnsServer implements DnsServer {
  readonly address: string;
  readonly counters = { answered: 0, dropped: 0 };
  readonly #context: DnsContext;
  readonly #lookupTimeoutMs: number;
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #connections = new Set<Socket>();
  readonly #stopped = new AbortController();
  #port = 0;
  #pendingLookups = 0;
  #udpOpen = false;

  constructor(context: DnsContext, address: string, lookupTimeoutMs: number) {
    this.#context = context;
    this.#lookupTimeoutMs = lookupTimeoutMs;
    this.address = address;
    this.#udp = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    this.#tcp = createServer((socket) => this.#accept(socket));
  }

  get port(): number {
    return this.#port;
  }

  async listen(port: number): Promise<void> {
    this.#udp.bind({ address: this.address, port, exclusive: true });
    await once(this.#udp, 'listening');
    this.#udpOpen = true;
    this.#port = this.#udp.address().port;
    this.#udp.on('error', () => this.counters.dropped++);
    this.#udp.on('message', (message, sender) => void this.#onDatagram(message, sender));
    this.#tcp.listen({ host: this.address, port: this.#port, exclusive: true });
    await once(this.#tcp, 'listening');
    this.#tcp.on('error', () => this.counters.dropped++);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    for (const connection of this.#connections) connection.destroy();
    const closing: Promise<unknown>[] = [];
    if (this.#udpOpen) closing.push(once(this.#udp, 'close'));
    if (this.#tcp.listening) closing.push(once(this.#tcp, 'close'));
    this.#udp.close();
    this.#tcp.close();
    await Promise.all(closing);
  }

  async #onDatagram(message: Uint8Array, sender: RemoteInfo): Promise<void> {
    const answer = isLoopback(sender.address) ? await this.#answer(message, false) : null;
    if (answer === null || this.#stopped.signal.aborted) {
      this.counters.dropped++;
      return;
    }
    this.counters.answered++;
    this.#udp.send(answer, sender.port, sender.address);
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= LIMITS.DNS_TCP_CONNECTIONS_MAX.value || !isLoopback(socket.remoteAddress ?? '')) {
      this.counters.dropped++;
      socket.destroy();
      return;
    }
    this.#connections.add(socket);
    socket.setTimeout(LIMITS.DNS_TCP_IDLE_MS.value, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#connections.delete(socket));
    void this.#serve(socket);
  }

  /** Messages of one connection in turn (RFC 7766 §6.2.1): the next is read when the last is answered and taken. */
  async #serve(socket: Socket): Promise<void> {
    try {
      for await (const message of messagesOf(socket)) {
        const answer = await this.#answer(message, true);
        if (answer === null) break;
        this.counters.answered++;
        const framed = new Uint8Array(2 + answer.length);
        new DataView(framed.buffer).setUint16(0, answer.length);
        framed.set(answer, 2);
        if (!socket.write(framed)) await once(socket, 'drain', { signal: this.#stopped.signal });
      }
    } catch {
      // The connection broke, or the server stops: either way nobody waits for an answer here.
    }
    socket.end();
  }

  /** @returns null when the message gets no answer. */
  async #answer(message: Uint8Array, overTcp: boolean): Promise<Uint8Array | null> {
    const zone = this.#context.zone();
    const step = answerQuery(message, zone, this.#context.forwardsOthers() ? 'forward' : 'refuse');
    if (step.kind === 'ignore') return null;
    if (step.kind === 'answer') return step.bytes;
    if (this.#pendingLookups >= LIMITS.DNS_LOOKUPS_PENDING_MAX.value) {
      return step.kind === 'forward' ? step.failed() : step.answer('unavailable');
    }
    this.#pendingLookups++;
    try {
      if (step.kind === 'forward') return await this.#forward(step, message, overTcp);
      if (step.kind === 'lookup-name') {
        return step.answer(await this.#bounded((signal) => this.#context.lookupName(step.name, signal)));
      }
      return step.answer(await this.#bounded((signal) => this.#context.lookupAddress(step.address, signal)));
    } finally {
      this.#pendingLookups--;
    }
  }

  async #forward({ suffix, host, failed }: Forwarding, message: Uint8Array, overTcp: boolean): Promise<Uint8Array> {
    if (host !== null) {
      const found = await this.#bounded((signal) => this.#context.lookupName(host.name, signal));
      if (typeof found === 'object') return host.answer(found);
    }
    const answer = await this.#bounded((signal) => this.#context.forward({ suffix, message, overTcp }, signal));
    return answer === null || answer === 'unavailable' ? failed() : answer;
  }

  /** A lookup that fails, takes too long, or is cut off by disposal is `unavailable`. */
  async #bounded<Result>(lookup: (signal: AbortSignal) => Promise<Result>): Promise<Result | 'unavailable'> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.#lookupTimeoutMs)]);
    const { promise: ended, resolve } = Promise.withResolvers<'unavailable'>();
    const onAbort = () => resolve('unavailable');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([lookup(signal), ended]);
    } catch {
      return 'unavailable';
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** Messages behind two bytes of length (RFC 1035 §4.2.2). Ends at a length over the cap: no honest client sends one. */
async function* messagesOf(socket: Socket): AsyncGenerator<Uint8Array> {
  let buffered = new Uint8Array(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 2) {
      const length = new DataView(buffered.buffer, buffered.byteOffset).getUint16(0);
      if (length > LIMITS.DNS_QUERY_MAX_BYTES.value) return;
      if (buffered.length < 2 + length) break;
      yield buffered.subarray(2, 2 + length);
      buffered = buffered.subarray(2 + length);
    }
  }
}

function isLoopback(address: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/.test(address) || address === '::1';
}

function listenError(error: unknown, address: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return new CausewayError('PORT_IN_USE', { address }, { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return new CausewayError('PORT_FORBIDDEN', { address }, { cause: error });
  return error;
}
