/**
 * One caller's connection to the agent: requests in, answers and progress out, and an end of everything
 * that was under way when the caller goes. What a method does is the handler's business.
 */
import type { Socket } from 'node:net';
import { CausewayError } from '#protocol/errors.ts';
import {
  LOCAL_METHODS,
  type LocalCaller,
  type LocalMethod,
  type LocalParsedParams,
  type LocalProgress,
  type LocalResult,
  localCancel,
  localRequest,
} from '#protocol/local-api.ts';
import { readLines, writeLine } from './line-socket.ts';

export interface LocalCall<Progress> {
  /** Sends an intermediate result to the caller. */
  progress(progress: Progress): void;
  /** Resolves when the kernel has taken all that was sent so far, or the caller is gone. */
  taken(): Promise<void>;
  /** Fires when the caller cancels or goes away: nobody waits for the result any more. */
  readonly signal: AbortSignal;
  readonly caller: LocalCaller;
}

export type LocalHandlers = {
  readonly [Method in LocalMethod]: (
    params: LocalParsedParams<Method>,
    call: LocalCall<LocalProgress<Method>>,
  ) => Promise<LocalResult<Method>>;
};

/** Serves the caller until its socket closes. */
export function converse(socket: Socket, caller: LocalCaller, handlers: LocalHandlers): void {
  const underWay = new Map<number, AbortController>();
  // A caller that goes away in the middle is no matter to the agent.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const controller of underWay.values()) controller.abort();
  });
  readLines(
    socket,
    (message) => {
      const cancel = localCancel.safeParse(message);
      if (cancel.success) underWay.get(cancel.data.cancel)?.abort();
      else void answer(socket, { caller, handlers, underWay }, message);
    },
    () => socket.destroy(),
  );
}

interface Conversation {
  readonly caller: LocalCaller;
  readonly handlers: LocalHandlers;
  /** Calls without an answer yet, by their ids. */
  readonly underWay: Map<number, AbortController>;
}

async function answer(socket: Socket, conversation: Conversation, message: unknown): Promise<void> {
  const request = localRequest.safeParse(message);
  if (!request.success) {
    const error = new CausewayError('MESSAGE_MALFORMED', { issue: request.error.issues[0]?.message ?? 'unreadable' });
    await writeLine(socket, { id: 0, ok: false, error: error.toWire() });
    return;
  }
  const { id } = request.data;
  const { underWay } = conversation;
  const controller = new AbortController();
  try {
    if (underWay.has(id)) throw new CausewayError('MESSAGE_MALFORMED', { issue: `call ${id} is under way` });
    underWay.set(id, controller);
    const result = await handle(socket, conversation, { ...request.data, signal: controller.signal });
    await writeLine(socket, { id, ok: true, result });
  } catch (error) {
    await writeLine(socket, { id, ok: false, error: asRefusal(error).toWire() });
  } finally {
    if (underWay.get(id) === controller) underWay.delete(id);
  }
}

function handle(
  socket: Socket,
  { caller, handlers }: Conversation,
  request: { id: number; method: LocalMethod; params?: unknown; signal: AbortSignal },
): Promise<unknown> {
  const { id, method, signal } = request;
  const params = LOCAL_METHODS[method].params.safeParse(request.params ?? {});
  if (!params.success) {
    throw new CausewayError('MESSAGE_MALFORMED', { issue: params.error.issues[0]?.message ?? 'unreadable' });
  }
  let sent = Promise.resolve();
  const handler = handlers[method] as (params: unknown, call: LocalCall<unknown>) => Promise<unknown>;
  return handler(params.data, {
    caller,
    signal,
    progress: (progress) => {
      if (!signal.aborted) sent = writeLine(socket, { id, progress });
    },
    taken: () => sent,
  });
}

function asRefusal(error: unknown): CausewayError {
  if (error instanceof CausewayError) return error;
  return new CausewayError('INTERNAL', { issue: error instanceof Error ? error.message : String(error) });
}
