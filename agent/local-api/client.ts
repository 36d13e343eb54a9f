/**
 * The caller's end of the local API: used by the `causeway` command and by the desktop window.
 */
import { connect, type Socket } from 'node:net';
import { CausewayError, fromWire, isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import {
  LOCAL_METHODS,
  type LocalAnswer,
  type LocalMethod,
  type LocalParams,
  type LocalProgress,
  type LocalResult,
  localAnswer,
} from '#protocol/local-api.ts';
import { codeOf } from '#runtime/durable-file.ts';
import { accessRefusal } from './access.ts';
import { messagesOf, writeLine } from './line-socket.ts';
import { DEFAULT_SOCKET, usersSocketBeside } from './sockets.ts';

export interface LocalClient extends Disposable {
  /** Of the agent's socket. */
  readonly path: string;
  /**
   * @param signal ends the call; the agent is told, and the promise rejects with the signal's reason
   * @throws CausewayError what the agent refused with; AGENT_NOT_RUNNING when it went away
   */
  call<Method extends LocalMethod>(
    method: Method,
    params: LocalParams<Method>,
    onProgress?: (progress: LocalProgress<Method>) => void,
    signal?: AbortSignal,
  ): Promise<LocalResult<Method>>;
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
}

interface Waiting {
  readonly method: LocalMethod;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: ((progress: never) => void) | undefined;
}

/**
 * Connects to the agent of this computer as who one is: its owner, or else one of its users.
 * @throws CausewayError AGENT_NOT_RUNNING, PRIVILEGE_MISSING
 */
export async function connectAgent(ownerSocket: string = DEFAULT_SOCKET): Promise<LocalClient> {
  try {
    return await connectLocal(ownerSocket);
  } catch (error) {
    if (!isRefusal(error, 'PRIVILEGE_MISSING')) throw error;
    return await connectLocal(usersSocketBeside(ownerSocket)).catch((second: unknown) => {
      // A killed agent leaves its sockets behind; one without a socket for users has none.
      const isLeftBehind = isRefusal(second, 'AGENT_NOT_RUNNING') && codeOf(second.cause) === 'ECONNREFUSED';
      throw isLeftBehind ? second : error;
    });
  }
}

/** @throws CausewayError AGENT_NOT_RUNNING, PRIVILEGE_MISSING */
export async function connectLocal(path: string): Promise<LocalClient> {
  const socket = await open(path);
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  const closed = Promise.withResolvers<void>();
  let endedBy = new CausewayError('AGENT_NOT_RUNNING', { socket: path });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(endedBy);
    waiting.clear();
    closed.resolve();
  });
  void read(socket, (answer) => {
    // The agent's word on the connection itself, before it ends it.
    if ('ok' in answer && !answer.ok && answer.id === 0) endedBy = fromWire(answer.error);
    else settle(waiting, answer);
  });
  return {
    path,
    call: (method, params, onProgress, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const id = nextId++;
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (socket.destroyed) return Promise.reject(endedBy);
      const cancel = () => {
        waiting.delete(id);
        void writeLine(socket, { cancel: id });
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      waiting.set(id, { method, resolve, reject, onProgress });
      void writeLine(socket, { id, method, params });
      return promise.finally(() => signal?.removeEventListener('abort', cancel)) as Promise<LocalResult<typeof method>>;
    },
    closed: closed.promise,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

async function read(socket: Socket, onAnswer: (answer: LocalAnswer) => void): Promise<void> {
  try {
    for await (const message of messagesOf(socket, LIMITS.LOCAL_MESSAGE_MAX_BYTES.value)) {
      const answer = localAnswer.safeParse(message);
      if (answer.success) onAnswer(answer.data);
    }
  } catch {
    // What answers there is no agent.
    socket.destroy();
  }
}

function settle(waiting: Map<number, Waiting>, answer: LocalAnswer): void {
  const entry = waiting.get(answer.id);
  if (entry === undefined) return;
  if ('progress' in answer) {
    const shapes = LOCAL_METHODS[entry.method];
    const progress = 'progress' in shapes ? shapes.progress.safeParse(answer.progress) : undefined;
    if (progress?.success) entry.onProgress?.(progress.data as never);
    return;
  }
  waiting.delete(answer.id);
  if (!answer.ok) {
    entry.reject(fromWire(answer.error));
    return;
  }
  const result = LOCAL_METHODS[entry.method].result.safeParse(answer.result);
  if (result.success) entry.resolve(result.data);
  else
    entry.reject(
      new CausewayError('MESSAGE_MALFORMED', { issue: `the answer to ${entry.method}` }, { cause: result.error }),
    );
}

function open(path: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(path);
  socket.once('connect', () => {
    socket.removeAllListeners('error');
    socket.on('error', () => undefined);
    resolve(socket);
  });
  socket.once('error', (error: NodeJS.ErrnoException) => {
    const isForbidden = error.code === 'EACCES' || error.code === 'EPERM';
    if (isForbidden) resolve(accessRefusal(error).then((refusal) => Promise.reject(refusal)));
    else reject(new CausewayError('AGENT_NOT_RUNNING', { socket: path }, { cause: error }));
  });
  return promise;
}
