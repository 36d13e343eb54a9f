/**
 * Passes a question on to DNS servers at given addresses, as it came, and gives back what they say: by UDP
 * what came by UDP, by TCP what came by TCP, so that lengths and truncation stay between the asker and the
 * server. The next address is asked when one refuses, fails or is silent for a while. Knows no names.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { LIMITS } from '#protocol/limits.ts';
import { answers } from './forwarded-answer.ts';
import { RCODE } from './query.ts';
import { DNS_PORT } from './server.ts';

export interface ForwardOptions {
  readonly message: Uint8Array;
  readonly overTcp: boolean;
  /** The first is asked first. */
  readonly addresses: readonly string[];
  readonly port?: number;
  /** How long an address is waited for before the next is asked as well; shorter in tests. */
  readonly nextMs?: number;
}

/**
 * @returns the first answer that says something, else the first that a server gave (SERVFAIL, REFUSED), else null.
 * Never rejects.
 */
export async function forwardQuery(options: ForwardOptions, signal: AbortSignal): Promise<Uint8Array | null> {
  const { addresses, nextMs = LIMITS.DNS_FORWARD_NEXT_MS.value } = options;
  const done = new AbortController();
  const enough = AbortSignal.any([signal, done.signal]);
  const { promise: useful, resolve } = Promise.withResolvers<Uint8Array | null>();
  let useless: Uint8Array | null = null;
  const ask = async (address: string) => {
    const answer = await (options.overTcp ? askByTcp : askByUdp)(options, address, enough).catch(() => null);
    if (answer === null || !saysSomething(answer)) {
      useless ??= answer;
      return;
    }
    resolve(answer);
    done.abort();
  };
  const onAbort = () => resolve(useless);
  signal.addEventListener('abort', onAbort, { once: true });
  const askAll = async () => {
    const asked: Promise<void>[] = [];
    for (const address of addresses) {
      const turn = ask(address);
      asked.push(turn);
      await Promise.race([turn, pause(nextMs, enough)]);
      if (enough.aborted) break;
    }
    await Promise.all(asked);
    resolve(useless);
  };
  void askAll();
  try {
    return await useful;
  } finally {
    signal.removeEventListener('abort', onAbort);
    done.abort();
  }
}

/** A server that can not or will not answer leaves it to the next. */
function saysSomething(answer: Uint8Array): boolean {
  const rcode = (answer[3] ?? 0) & 0xf;
  return rcode !== RCODE.SERVFAIL && rcode !== RCODE.REFUSED && rcode !== RCODE.NOTIMP;
}

/** A socket of its own for each question: its port is part of what a forged answer would have to guess (RFC 5452 §9.2). */
async function askByUdp(options: ForwardOptions, address: string, signal: AbortSignal): Promise<Uint8Array> {
  const { message, port = DNS_PORT } = options;
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.on('error', reject);
  socket.on('message', (answer) => {
    if (answers(message, answer)) resolve(answer);
  });
  // Connected: only that server's answers come in, and its port being closed is an error at once.
  socket.connect(port, address, (...failure: unknown[]) => {
    if (failure[0] instanceof Error) reject(failure[0]);
    else socket.send(message);
  });
  try {
    signal.throwIfAborted();
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.close();
  }
}

async function askByTcp(options: ForwardOptions, address: string, signal: AbortSignal): Promise<Uint8Array> {
  const { message, port = DNS_PORT } = options;
  const socket = connect({ host: address, port });
  const onAbort = () => socket.destroy(new Error('nobody waits any more'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) onAbort();
    const framed = new Uint8Array(2 + message.length);
    new DataView(framed.buffer).setUint16(0, message.length);
    framed.set(message, 2);
    socket.write(framed);
    let buffered = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      buffered = Buffer.concat([buffered, chunk]);
      if (buffered.length < 2) continue;
      const length = buffered.readUInt16BE(0);
      if (buffered.length < 2 + length) continue;
      const answer = buffered.subarray(2, 2 + length);
      if (answers(message, answer)) return answer;
      break;
    }
    throw new Error('the connection ended without an answer');
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
