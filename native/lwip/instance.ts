/**
 * One lwIP, a TCP/IP stack in a sandbox of its own: the WebAssembly module with types, and nothing decided
 * (native/lwip/source/shim.c says what each call does). Knows no sockets of the system and no clock but the one
 * it is given.
 *
 * HAZARD: what is told through {@link LwipEvents} is told from inside the stack. A listener must only note it
 * and must not call the instance; bytes it is shown are the stack's and die with the call.
 */
import { readFileSync } from 'node:fs';

/** A connection, listener, socket or packet inside the module; 0 is none. */
export type Handle = number;

export interface LwipEvents {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** 32 random bits. */
  random(): number;
  /** How many bytes a new connection may have waiting for the program: from 65,535 to USERSPACE_WINDOW_BYTES. */
  window(connection: number): number;
  /** An adapter packet leaves. @returns whether there was room for it */
  output(packet: Uint8Array): boolean;
  connected(connection: number): void;
  /** @returns the id for the new connection, or 0 to refuse it */
  accept(listener: number, handle: Handle, address: Uint8Array, port: number): number;
  received(connection: number, bytes: Uint8Array): void;
  /** The other end sends no more. */
  ended(connection: number): void;
  /** The other end has so many bytes more. */
  acknowledged(connection: number, length: number): void;
  /** The connection is gone; its handle is still to be freed. */
  failed(connection: number, reason: LwipReason): void;
  datagram(socket: number, bytes: Uint8Array, address: Uint8Array, port: number): void;
  /** The module has found itself in a state that can not be, and does nothing any more; every call gives 0. */
  broken(error: unknown): void;
}

/** Of lwIP's err_t: aborted here (time over, too often repeated), reset by the other end, closed by both. */
export type LwipReason = 'aborted' | 'reset' | 'closed';

/** ERR_ABRT, ERR_RST, ERR_CLSD (lwip/err.h), positive. */
const REASONS: Readonly<Record<number, LwipReason>> = { 13: 'aborted', 14: 'reset', 15: 'closed' };

/** The module's functions; numbers are i32. */
export interface LwipCalls {
  start(mtu: number): void;
  tick(): void;
  resume(): void;
  next_tick(): number;
  tcp_open(id: number, version: 4 | 6, port: number): Handle;
  tcp_serve(id: number, port: number): Handle;
  tcp_unserve(listener: Handle): void;
  tcp_room(connection: Handle): number;
  tcp_put(connection: Handle, length: number): number;
  tcp_push(connection: Handle): void;
  tcp_taken(connection: Handle, length: number): void;
  tcp_finish(connection: Handle): number;
  tcp_reset(connection: Handle): void;
  tcp_free_handle(connection: Handle): void;
  udp_open(id: number, port: number): Handle;
  udp_put(socket: Handle, length: number, version: 4 | 6, port: number): number;
  udp_close(socket: Handle): void;
  /** Of {@link Lwip.input}. */
  input(packet: Handle): void;
}

interface Exports extends LwipCalls {
  readonly memory: { readonly buffer: ArrayBuffer };
  exchange_at(): number;
  packet_make(length: number): Handle;
  packet_at(packet: Handle): number;
}

/** Bytes that a call can be given along. */
export const EXCHANGE_BYTES = 65_535;

/** What Node's types do not say of what Node has. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

export class Lwip {
  readonly calls: LwipCalls;
  readonly #exports: Exports;
  readonly #exchange: number;
  #memory = new Uint8Array();
  #isBroken = false;

  constructor(events: LwipEvents) {
    const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
    const module = new Module(readFileSync(new URL('lwip.wasm', import.meta.url)));
    this.#exports = new Instance(module, { host: this.#imports(events) }).exports as Exports;
    this.#exchange = this.#exports.exchange_at();
    this.calls = this.#guarded(events);
  }

  /** Puts bytes where the next call finds them. @param at from the start of the exchange */
  give(bytes: Uint8Array, at = 0): void {
    this.#view().set(bytes, this.#exchange + at);
  }

  /**
   * One IP packet comes in, of any size that IP allows.
   * @returns false when the module has no memory for it
   */
  input(packet: Uint8Array): boolean {
    if (this.#isBroken) return false;
    const handle = this.#exports.packet_make(packet.length);
    if (handle === 0) return false;
    const at = this.#exports.packet_at(handle);
    this.#view().set(packet, at);
    this.calls.input(handle);
    return !this.#isBroken;
  }

  #guarded(events: LwipEvents): LwipCalls {
    const guard = (call: (...numbers: number[]) => unknown) => {
      return (...numbers: number[]) => {
        if (this.#isBroken) return 0;
        try {
          return call(...numbers);
        } catch (error) {
          this.#isBroken = true;
          events.broken(error);
          return 0;
        }
      };
    };
    const calls = Object.entries(this.#exports).filter(([, value]) => typeof value === 'function');
    return Object.fromEntries(calls.map(([name, call]) => [name, guard(call)])) as unknown as LwipCalls;
  }

  /** Growing memory leaves old views empty. */
  #view(): Uint8Array {
    if (this.#memory.length === 0) this.#memory = new Uint8Array(this.#exports.memory.buffer);
    return this.#memory;
  }

  #imports(events: LwipEvents) {
    const bytes = (at: number, length: number) => this.#view().subarray(at, at + length);
    const address = (version: number, at: number) => bytes(at, version === 4 ? 4 : 16);
    return {
      now: () => events.now() | 0,
      random: () => events.random() | 0,
      window: (id: number) => events.window(id),
      output: (at: number, length: number) => (events.output(bytes(at, length)) ? 1 : 0),
      connected: (id: number) => events.connected(id),
      accept: (listener: number, handle: Handle, version: number, at: number, port: number) =>
        events.accept(listener, handle, address(version, at), port),
      received: (id: number, at: number, length: number) => events.received(id, bytes(at, length)),
      ended: (id: number) => events.ended(id),
      acknowledged: (id: number, length: number) => events.acknowledged(id, length),
      failed: (id: number, reason: number) => events.failed(id, REASONS[reason] ?? 'aborted'),
      datagram: (id: number, at: number, length: number, version: number, from: number, port: number) =>
        events.datagram(id, bytes(at, length), address(version, from), port),
    };
  }
}
