/**
 * A machine's two connections to the server as the agent's own code sees them: the control connection as a
 * WebSocket, the relay connection as the socket that carries frames. What TLS and the WebSocket protocol do
 * is left out; the pin, the upgrade and the framing have tests of their own.
 */
import { EventEmitter } from 'node:events';
import type { ControlSocket, OpenControlSocket } from '#agent/control/connection.ts';
import type { OpenRelayWire, RelayWire } from '#agent/relay/client.ts';
import type { RelaySocketEvents } from '#agent/relay/relay-socket.ts';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { RoomyMessage } from '#protocol/websocket.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import type { End, SimulatedConnection } from './simulated-network.ts';
import type { ControlMessage, RelayMessage } from './simulated-server.ts';

const GONE = 1006;
export const SIMULATED_ADDRESS = '127.0.0.1';

/**
 * Connects a machine to the server that is there now: resolves when the connection is open.
 * @throws CausewayError when nobody listens, or what the server refuses with
 */
export type Dial = (
  kind: 'control' | 'relay',
  headers: Readonly<Record<string, string>> | undefined,
) => Promise<SimulatedConnection>;

export function openControlBy(dial: Dial): OpenControlSocket {
  return async (target, signal) => {
    const connection = await dialled(dial, 'control', target.headers, target.server, signal);
    const webSocket = new SimulatedWebSocket(connection.machine) as unknown as ControlSocket;
    return { webSocket, socket: { localAddress: SIMULATED_ADDRESS } };
  };
}

export function openRelayBy(dial: Dial): OpenRelayWire {
  return async (target, memory, events, signal) => {
    const connection = await dialled(dial, 'relay', target.headers, target.server, signal);
    return new SimulatedRelayWire(connection.machine, memory, events);
  };
}

/** As connectPinned and the upgrade behind it: ends with the signal, or when its time is over. */
function dialled(
  dial: Dial,
  kind: 'control' | 'relay',
  headers: Readonly<Record<string, string>> | undefined,
  server: string,
  signal: AbortSignal,
): Promise<SimulatedConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<SimulatedConnection>();
  const timer = setTimeout(
    () => reject(new CausewayError('SERVER_UNREACHABLE', { server, cause: 'no answer within 10 seconds' })),
    LIMITS.CONTROL_TIMEOUT_MS.value,
  );
  const aborted = () => reject(signal.reason);
  signal.addEventListener('abort', aborted, { once: true });
  let over = false;
  const ended = () => {
    over = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
  };
  dial(kind, headers).then((connection) => {
    // Nobody waits for it any more.
    if (over || signal.aborted) connection.machine.close(GONE);
    resolve(connection);
  }, reject);
  return promise.finally(ended);
}

/** What of a WebSocket of the package `ws` a control connection uses. */
class SimulatedWebSocket extends EventEmitter {
  readonly #end: End;
  #waiting: (() => void)[] | undefined = [];
  #ended = false;

  constructor(end: End) {
    super();
    this.#end = end;
    end.onMessage = (message) => this.#inTurn(() => this.#receive(message as ControlMessage));
    end.onClose = (status) => this.#inTurn(() => this.#close(status ?? GONE));
  }

  resume(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) run();
  }

  send(text: string): void {
    this.#end.send({ text } satisfies ControlMessage, text.length);
  }

  ping(): void {
    this.#end.send('ping' satisfies ControlMessage, 2);
  }

  close(status: number): void {
    this.#end.close(status);
    this.#close(status);
  }

  terminate(): void {
    this.close(GONE);
  }

  #receive(message: ControlMessage): void {
    if (this.#ended) return;
    if (message === 'ping') this.#end.send('pong' satisfies ControlMessage, 2);
    else if (message === 'pong') this.emit('pong');
    else this.emit('message', Buffer.from(message.text));
  }

  #close(status: number): void {
    if (this.#ended) return;
    this.#ended = true;
    setImmediate(() => this.emit('close', status));
  }

  #inTurn(run: () => void): void {
    if (this.#waiting === undefined) run();
    else this.#waiting.push(run);
  }
}

/** As agent/relay/relay-socket.ts. */
class SimulatedRelayWire implements RelayWire {
  readonly localAddress = SIMULATED_ADDRESS;
  readonly id = 'simulated';
  readonly #end: End;
  readonly #memory: FrameMemory;
  #waiting: (() => void)[] | undefined = [];
  #ended = false;

  constructor(end: End, memory: FrameMemory, events: RelaySocketEvents) {
    this.#end = end;
    this.#memory = memory;
    const inTurn = (run: () => void) => {
      if (this.#waiting === undefined) run();
      else this.#waiting.push(run);
    };
    end.onMessage = (message) =>
      inTurn(() => {
        if (this.#ended) return;
        const heard = message as RelayMessage;
        if (heard === 'ping') this.#end.send('pong' satisfies RelayMessage, 2);
        else if (typeof heard !== 'string') events.onFrame(heard);
      });
    end.onClose = (status) =>
      inTurn(() => {
        if (this.#ended) return;
        this.#ended = true;
        events.onClosed(status ?? GONE, false);
      });
    end.onDrained = () => {
      if (!this.#ended) events.onDrained();
    };
  }

  start(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) run();
  }

  send(frame: RoomyMessage): void {
    if (!this.#ended) this.#end.send(Uint8Array.from(frame) satisfies RelayMessage, frame.length);
    if (this.#memory.owns(frame)) this.#memory.give(frame);
  }

  get bufferedBytes(): number {
    return this.#end.inFlight;
  }

  terminate(): void {
    this.#ended = true;
    this.#end.close(GONE);
  }
}
