/**
 * One caller's connection to the agent: requests in, answers and progress out, and an end of everything
 * that was under way when the caller goes. What a method does is the handler's business.
 *
 * A caller who floods, or never reads, costs a bounded amount: a request is read when there is room for
 * its answer, a call counts until its answer was taken, and who takes nothing for long is cut off.
 */
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { asRefusal, CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
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
import { GarbageError, messagesOf, writeLine } from './line-socket.ts';
import { refusalOf } from './rights.ts';

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

export interface Counterpart {
  readonly caller: LocalCaller;
  readonly handlers: LocalHandlers;
  /** Whether this computer is a member of a subscription: some rights depend on it. */
  readonly activated: () => Promise<boolean>;
}

/** Serves the caller until its socket closes; never rejects. */
export async function converse(socket: Socket, counterpart: Counterpart): Promise<void> {
  const conversation = new Conversation(socket, counterpart);
  // A caller that goes away in the middle is no matter to the agent.
  socket.on('error', () => undefined);
  socket.on('close', () => conversation.end());
  try {
    for await (const message of messagesOf(socket, LIMITS.LOCAL_REQUEST_MAX_BYTES.value)) {
      await conversation.take(message);
    }
  } catch (error) {
    if (!(error instanceof GarbageError)) throw error;
    await conversation.refuse(0, new CausewayError('MESSAGE_MALFORMED', { issue: error.message }));
    socket.destroy();
  }
}

class Conversation {
  readonly #socket: Socket;
  readonly #counterpart: Counterpart;
  /** Calls whose answer was not taken yet, by their ids. */
  readonly #underWay = new Map<number, AbortController>();
  readonly #pace = new Pace();

  constructor(socket: Socket, counterpart: Counterpart) {
    this.#socket = socket;
    this.#counterpart = counterpart;
  }

  /** Resolves when the next message may be read. */
  async take(message: unknown): Promise<void> {
    await this.#pace.next();
    const cancel = localCancel.safeParse(message);
    if (cancel.success) {
      this.#underWay.get(cancel.data.cancel)?.abort();
      return;
    }
    const request = localRequest.safeParse(message);
    if (!request.success) {
      await this.refuse(0, malformed(request.error));
      return;
    }
    const { id, method, params } = request.data;
    if (this.#underWay.has(id)) {
      await this.refuse(id, new CausewayError('MESSAGE_MALFORMED', { issue: `the call ${id} is under way already` }));
    } else if (this.#underWay.size >= LIMITS.LOCAL_CALLS_MAX.value) {
      await this.refuse(id, new CausewayError('RATE_LIMITED', { seconds: 1 }));
    } else {
      void this.#answer(id, method, params);
    }
  }

  refuse(id: number, error: CausewayError): Promise<void> {
    return this.#send({ id, ok: false, error: error.toWire() });
  }

  end(): void {
    for (const controller of this.#underWay.values()) controller.abort();
  }

  async #answer(id: number, method: LocalMethod, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#underWay.set(id, controller);
    try {
      const result = await this.#handle(id, method, params, controller.signal);
      await this.#send({ id, ok: true, result });
    } catch (error) {
      await this.refuse(id, asRefusal(error));
    } finally {
      this.#underWay.delete(id);
    }
  }

  async #handle(id: number, method: LocalMethod, params: unknown, signal: AbortSignal): Promise<unknown> {
    const parsed = LOCAL_METHODS[method].params.safeParse(params ?? {});
    if (!parsed.success) throw malformed(parsed.error);
    const { caller, handlers, activated } = this.#counterpart;
    const refusal = refusalOf(caller, method, parsed.data as never, caller === 'owner' || (await activated()));
    if (refusal !== undefined) throw refusal;
    let sent = Promise.resolve();
    const handler = handlers[method] as (params: unknown, call: LocalCall<unknown>) => Promise<unknown>;
    return handler(parsed.data, {
      caller,
      signal,
      progress: (progress) => {
        if (!signal.aborted) sent = this.#send({ id, progress });
      },
      taken: () => sent,
    });
  }

  async #send(message: unknown): Promise<void> {
    const patience = setTimeout(() => this.#socket.destroy(), LIMITS.LOCAL_READ_PATIENCE_MS.value);
    await writeLine(this.#socket, message);
    clearTimeout(patience);
  }
}

/** Lets messages pass at LOCAL_CALLS_PER_SECOND, after as many that may come at once. */
class Pace {
  #left: number = LIMITS.LOCAL_CALLS_PER_SECOND.value;
  #since = performance.now();

  async next(): Promise<void> {
    const perSecond = LIMITS.LOCAL_CALLS_PER_SECOND.value;
    const now = performance.now();
    this.#left = Math.min(perSecond, this.#left + ((now - this.#since) / 1000) * perSecond);
    this.#since = now;
    this.#left -= 1;
    if (this.#left < 0) await wait((-this.#left / perSecond) * 1000);
  }
}

function malformed(error: { readonly issues: readonly { readonly message: string }[] }): CausewayError {
  return new CausewayError('MESSAGE_MALFORMED', { issue: error.issues[0]?.message ?? 'unreadable' });
}
