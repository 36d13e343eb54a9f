/**
 * The caller's end of the local API: used by the `causeway` command and by the desktop window.
 */
import { connect, type Socket } from 'node:net';
import { CausewayError, fromWire } from '#protocol/errors.ts';
import {
  LOCAL_METHODS,
  type LocalMethod,
  type LocalParams,
  type LocalProgress,
  type LocalResult,
  localAnswer,
} from '#protocol/local-api.ts';
import { readLines, writeLine } from './line-socket.ts';

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

/** @throws CausewayError AGENT_NOT_RUNNING, PRIVILEGE_MISSING */
export async function connectLocal(path: string): Promise<LocalClient> {
  const socket = await open(path);
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  const closed = Promise.withResolvers<void>();
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new CausewayError('AGENT_NOT_RUNNING', { socket: path }));
    waiting.clear();
    closed.resolve();
  });
  readLines(
    socket,
    (message) => settle(waiting, message),
    () => socket.destroy(),
  );
  return {
    path,
    call: (method, params, onProgress, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const id = nextId++;
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (socket.destroyed) return Promise.reject(new CausewayError('AGENT_NOT_RUNNING', { socket: path }));
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

function settle(waiting: Map<number, Waiting>, message: unknown): void {
  const answer = localAnswer.safeParse(message);
  if (!answer.success) return;
  const entry = waiting.get(answer.data.id);
  if (entry === undefined) return;
  if ('progress' in answer.data) {
    const shapes = LOCAL_METHODS[entry.method];
    const progress = 'progress' in shapes ? shapes.progress.safeParse(answer.data.progress) : undefined;
    if (progress?.success) entry.onProgress?.(progress.data as never);
    return;
  }
  waiting.delete(answer.data.id);
  if (!answer.data.ok) {
    entry.reject(fromWire(answer.data.error));
    return;
  }
  const result = LOCAL_METHODS[entry.method].result.safeParse(answer.data.result);
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
  socket.once('error', (error: NodeJS.ErrnoException) =>
    reject(
      error.code === 'EACCES' || error.code === 'EPERM'
        ? new CausewayError('PRIVILEGE_MISSING', { action: `talk to the agent on ${path}` }, { cause: error })
        : new CausewayError('AGENT_NOT_RUNNING', { socket: path }, { cause: error }),
    ),
  );
  return promise;
}
