/**
 * A running capture on a host of the lab.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Host, Program } from '#lab/hosts/host.ts';
import { pcapPackets } from './pcap.ts';

export class Capture {
  /** The pcap file; Wireshark opens it too. */
  readonly file: string;
  readonly #program: Program;

  private constructor(file: string, program: Program) {
    this.file = file;
    this.#program = program;
  }

  /** Records everything that passes an interface of a host, from when this resolves. */
  static async start(host: Host, file: string, device = 'eth0'): Promise<Capture> {
    const script = fileURLToPath(new URL('./packet-socket.ts', import.meta.url));
    const program = host.spawn('capture', [process.execPath, script, device, file]);
    await program.prints(/ready/);
    return new Capture(file, program);
  }

  /** Ends it. @throws Error when the kernel dropped packets, for then it proves nothing */
  async stop(): Promise<Iterable<Buffer>> {
    await this.#program.end();
    const [line] = await this.#program.prints(/^\{.*\}$/m);
    const { dropped } = JSON.parse(line) as { dropped: number };
    if (dropped > 0) throw new Error(`the capture lost ${dropped} packets`);
    return pcapPackets(readFileSync(this.file));
  }
}
