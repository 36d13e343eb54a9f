/**
 * Bounds what one line can hold of the server before anybody knows who it is: connections that have not become
 * a machine's. Those that have are counted where they are known, by machine.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LIMITS } from '#protocol/limits.ts';
import { lineOf } from './line.ts';

export class Door {
  /** Connections by line, each by the port it came from. */
  readonly #waiting = new Map<string, Set<number>>();
  #refused = 0;

  /** Connections that were closed unheard. */
  get refused(): number {
    return this.#refused;
  }

  /** A connection has come, before TLS. */
  came(socket: Socket): void {
    const [line, port] = placeOf(socket);
    const others = this.#waiting.get(line) ?? new Set();
    if (others.size >= LIMITS.CONNECTIONS_PER_ADDRESS.value) {
      this.#refused++;
      socket.destroy();
      return;
    }
    this.#waiting.set(line, others.add(port));
    socket.once('close', () => this.#forget(line, port));
  }

  /** It is a machine's, or asks to be: control plane and relay look after it from now on. */
  upgraded(socket: Duplex): void {
    if ('remotePort' in socket) this.#forget(...placeOf(socket as Socket));
  }

  #forget(line: string, port: number): void {
    const others = this.#waiting.get(line);
    others?.delete(port);
    if (others?.size === 0) this.#waiting.delete(line);
  }
}

function placeOf({ remoteAddress, remotePort }: Socket): [line: string, port: number] {
  return [lineOf(remoteAddress ?? ''), remotePort ?? 0];
}
