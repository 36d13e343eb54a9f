/**
 * Ordinary programs on the lab's hosts, as probes: what reaches what, by name or address, and until when.
 */
import { fileURLToPath } from 'node:url';
import { until } from '../causeway.ts';
import type { Host, Program } from '../hosts/host.ts';

/** Starts the web page, downloads and echo of services.ts on a host. */
export async function offerServices(host: Host): Promise<Program> {
  const services = host.spawn('services', [process.execPath, programPath('services')]);
  await services.prints(/^ready$/m);
  return services;
}

export function startDownload(host: Host, url: string): Program {
  return host.spawn('download', [process.execPath, programPath('download'), url]);
}

/** Whether the host's own resolver (libc, as every program) knows a name. */
export async function knowsName(host: Host, name: string): Promise<boolean> {
  return (await host.run(['getent', 'ahosts', name])).code === 0;
}

/** After a change of policy: machines hear of it some milliseconds after the administrator. */
export async function waitForName(host: Host, name: string, timeoutMs = 10_000): Promise<void> {
  await until(
    () => knowsName(host, name),
    timeoutMs,
    () => `${host.name} does not know ${name}`,
  );
}

export async function pings(host: Host, target: string): Promise<boolean> {
  return (await host.run(['ping', '-c', '2', '-i', '0.2', '-W', '1', target])).code === 0;
}

/** A host, or a part of one, on which programs run. */
type Place = Pick<Host, 'name' | 'run'>;

/** The web page at a name or address; null when a TCP connection does not come about. */
export async function fetchPage(host: Place, target: string, seconds = 2): Promise<string | null> {
  const authority = target.includes(':') ? `[${target}]` : target;
  const result = await host.run(['curl', '-sS', '--max-time', String(seconds), `http://${authority}/`]);
  return result.code === 0 ? result.stdout.trim() : null;
}

/**
 * Waits until the target's page can be fetched.
 * @returns milliseconds that it took
 */
export async function waitForPage(host: Place, target: string, timeoutMs = 10_000): Promise<number> {
  const started = performance.now();
  await until(
    async () => (await fetchPage(host, target, 1)) !== null,
    timeoutMs,
    () => `${host.name} does not reach ${target}`,
  );
  return Math.round(performance.now() - started);
}

/** A TCP connection that beats all the time, so that one sees when it is cut. */
export class Pulse {
  readonly #program: Program;
  readonly #between: string;

  private constructor(program: Program, between: string) {
    this.#program = program;
    this.#between = between;
  }

  /** Resolves once bytes go back and forth. */
  static async start(host: Host, target: string): Promise<Pulse> {
    const program = host.spawn('pulse', [process.execPath, programPath('pulse'), target]);
    await program.prints(/^echo /m);
    return new Pulse(program, `${host.name} and ${target}`);
  }

  /** @throws Error unless a byte comes back now */
  async mustBeat(): Promise<void> {
    const now = Date.now();
    await until(
      async () => this.#lastEcho() > now,
      3_000,
      () => `the connection between ${this.#between} is dead, but should live`,
    );
  }

  /**
   * Looks on for three seconds.
   * @param since epoch milliseconds of the server's answer to what should cut the connection
   * @returns milliseconds from then to the last byte that got through
   * @throws Error when that is more than a second
   */
  async cutAfter(since: number): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await this.#program.end('SIGKILL');
    const ms = Math.max(0, this.#lastEcho() - since);
    if (ms > 1_000) throw new Error(`bytes between ${this.#between} still got through ${ms} ms after the answer`);
    return ms;
  }

  #lastEcho(): number {
    const echoes = [...this.#program.output.matchAll(/^echo (\d+)$/gm)];
    return Number(echoes.at(-1)?.[1] ?? 0);
  }
}

function programPath(name: 'services' | 'download' | 'pulse'): string {
  return fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
}
