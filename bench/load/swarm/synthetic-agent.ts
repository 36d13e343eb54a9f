/**
 * An agent as far as the server sees one: a control connection that has authenticated with its machine's own key,
 * a relay connection with a ticket from there, signs of life on both, reports. No adapter, no tunnel.
 */

import type { z } from 'zod';
import {
  CONTROL_PATH,
  CONTROL_SUBPROTOCOL,
  type ControlMethod,
  type ControlParams,
  type ControlResult,
  type serverMessage,
} from '#protocol/control-messages.ts';
import { fromBase64url } from '#protocol/encoding.ts';
import { FRAME_HEADER_BYTES, FRAME_TYPE, PING_PAYLOAD_BYTES, RELAY_PATH, RELAY_SUBPROTOCOL } from '#protocol/frames.ts';
import type { MachineId } from '#protocol/ids.ts';
import { authenticationTranscript } from '#protocol/proofs.ts';
import type { LoopbackKeys } from '#relay-server/loopback-machine.fixture.ts';
import { BINARY, type Target, TEXT, WebSocketClient } from './web-socket.ts';

export interface AgentEvents {
  /** A newer policy; milliseconds of the Unix epoch, with fraction. */
  onPolicy(version: number, at: number): void;
  /** A frame of another machine: what it sent, without the header. */
  onFrame(from: MachineId, payload: Buffer): void;
  /** A connection was lost. */
  onLost(which: 'control' | 'relay'): void;
}

type Message = z.infer<typeof serverMessage>;

export class SyntheticAgent {
  readonly id: MachineId;
  readonly #control: WebSocketClient;
  readonly #events: AgentEvents;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #relay: WebSocketClient | undefined;
  #nextId = 1;

  private constructor(id: MachineId, control: WebSocketClient, events: AgentEvents) {
    this.id = id;
    this.#control = control;
    this.#events = events;
  }

  /** @param from loopback address to come from. @param hasRelay whether it takes a relay connection too */
  static async connect(
    server: Pick<Target, 'host' | 'port' | 'from'>,
    id: MachineId,
    keys: LoopbackKeys,
    hasRelay: boolean,
    events: AgentEvents,
  ): Promise<SyntheticAgent> {
    const control = await WebSocketClient.open({ ...server, path: CONTROL_PATH, subprotocol: CONTROL_SUBPROTOCOL });
    const agent = new SyntheticAgent(id, control, events);
    const challenged = Promise.withResolvers<string>();
    control.onClose = () => {
      challenged.reject(new Error('the control connection was closed'));
      for (const { reject } of agent.#waiting.values()) reject(new Error('the control connection was closed'));
      events.onLost('control');
    };
    control.onMessage = (_, payload) => {
      const message = JSON.parse(payload.toString()) as Message;
      if (message.type === 'challenge') challenged.resolve(message.nonce);
      else agent.#take(message);
    };
    control.start();
    try {
      const nonce = fromBase64url(await challenged.promise);
      const signature = keys.sign(authenticationTranscript(nonce, control.pin, id));
      await agent.request('authenticate', { machine: id, signature, os: 'bench', agentVersion: '0' });
      await agent.request('sync', { peers: [] });
      if (hasRelay) await agent.#openRelay(server);
    } catch (error) {
      control.terminate();
      throw error;
    }
    return agent;
  }

  /** @throws Error with the server's refusal */
  request<Method extends ControlMethod>(method: Method, params: ControlParams<Method>): Promise<ControlResult<Method>> {
    const id = this.#nextId++;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#control.send(TEXT, Buffer.from(JSON.stringify({ type: 'request', id, method, params })));
    return waiting.promise as Promise<ControlResult<Method>>;
  }

  /** What an agent does that is idle for PING_INTERVAL_MS. */
  signOfLife(): void {
    this.#control.ping();
    const ping = Buffer.alloc(FRAME_HEADER_BYTES + PING_PAYLOAD_BYTES);
    ping[0] = FRAME_TYPE.PING;
    this.#relay?.send(BINARY, ping);
  }

  /** @param payload at least a byte */
  sendFrame(to: Uint8Array, payload: Uint8Array): void {
    const frame = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
    frame[0] = FRAME_TYPE.DATA;
    frame.set(to, 1);
    frame.set(payload, FRAME_HEADER_BYTES);
    this.#relay?.send(BINARY, frame);
  }

  async #openRelay(server: Pick<Target, 'host' | 'port' | 'from'>): Promise<void> {
    const { ticket } = await this.request('relayTicket', {});
    const headers = [`Authorization: Bearer ${ticket}`];
    const relay = await WebSocketClient.open({ ...server, path: RELAY_PATH, subprotocol: RELAY_SUBPROTOCOL, headers });
    relay.onClose = () => this.#events.onLost('relay');
    relay.onMessage = (_, frame) => {
      if (frame[0] !== FRAME_TYPE.DATA) return;
      this.#events.onFrame(
        frame.toString('hex', 1, FRAME_HEADER_BYTES) as MachineId,
        frame.subarray(FRAME_HEADER_BYTES),
      );
    };
    relay.start();
    this.#relay = relay;
  }

  #take(message: Exclude<Message, { type: 'challenge' }>): void {
    if (message.type === 'event') {
      if (message.event === 'policy-changed') this.#events.onPolicy(message.policyVersion, now());
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.ok) waiting?.resolve(message.result);
    else waiting?.reject(new Error(`${message.error.code}: ${message.error.message}`));
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
