/**
 * The soak's programs on the hosts, as the soak speaks to them: over one socket in the lab's directory, which
 * every host sees.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../causeway.ts';
import type { Lab } from '../hosts/lab.ts';
import type { Order, Word } from './words.ts';
import { MACHINES } from './world.ts';

const PROGRAM = fileURLToPath(new URL('./traffic.ts', import.meta.url));
const PATIENCE_MS = 60_000;

export class Crew {
  readonly #sockets = new Map<string, Socket>();

  /** Starts a program on every host. @param heard gets what they say */
  static async start(lab: Lab, heard: (name: string, word: Word) => void): Promise<Crew> {
    const crew = new Crew();
    const path = join(lab.directory, 'soak.sock');
    const server = createServer((socket) => void crew.#listen(socket, heard));
    server.listen(path);
    await once(server, 'listening');
    for (const { name } of MACHINES) {
      const environment = { UV_THREADPOOL_SIZE: '16' };
      lab.host(name).spawn('traffic', [process.execPath, PROGRAM, path, name], { environment });
    }
    await until(
      async () => crew.#sockets.size === MACHINES.length,
      PATIENCE_MS,
      () => `only ${crew.#sockets.size} programs have started`,
    );
    return crew;
  }

  tell(name: string, order: Order): void {
    this.#sockets.get(name)?.write(`${JSON.stringify(order)}\n`);
  }

  tellAll(order: Order): void {
    for (const name of this.#sockets.keys()) this.tell(name, order);
  }

  /** Programs that run. */
  get size(): number {
    return this.#sockets.size;
  }

  async #listen(socket: Socket, heard: (name: string, word: Word) => void): Promise<void> {
    let name = '';
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(name));
    for await (const line of createInterface({ input: socket })) {
      const word = JSON.parse(line) as Word;
      if (word.event === 'hello') {
        name = word.name;
        this.#sockets.set(name, socket);
      } else heard(name, word);
    }
  }
}
