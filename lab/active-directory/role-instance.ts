/**
 * `causeway role` on a host of the lab, with the original's two files, joining the lab's domain.
 */
import assert from 'node:assert/strict';
import type { Host, Program } from '../hosts/host.ts';
import { ROLE, SERVICE_DEFINITION, serviceConfiguration } from './service.ts';

const FILES = { definition: '/run/service.csdef', configuration: '/run/service.cscfg' };

export class RoleInstance {
  readonly #host: Host;
  readonly #command: readonly string[];
  readonly #token: string;
  #program: Program | undefined;

  constructor(host: Host, command: readonly string[], token: string) {
    this.#host = host;
    this.#command = command;
    this.#token = token;
  }

  async install(): Promise<void> {
    await this.#host.write(FILES.definition, SERVICE_DEFINITION);
  }

  /** Starts it so that it must be refused. @returns its sentence */
  async refused(
    settings: Readonly<Record<string, string>>,
    code: string,
    under: readonly string[] = [],
  ): Promise<string> {
    await this.#configure(settings);
    const result = await this.#host.run([...under, ...this.#role(['echo', 'the command ran'])], { timeoutMs: 180_000 });
    const said = `${result.stdout}${result.stderr}`;
    assert.notEqual(result.code, 0, `it was not refused:\n${said}`);
    assert.match(said, new RegExp(code), said);
    assert.doesNotMatch(said, /the command ran/);
    return said.split('\n').find((line) => line.includes(code)) ?? said.trim();
  }

  async start(
    settings: Readonly<Record<string, string | null>> = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.#configure(settings);
    const command = this.#role(['sh', '-c', 'echo the command runs; exec sleep infinity']);
    this.#program = this.#host.spawn('role', command, { environment });
    await this.#program.prints(/the command runs/, 180_000);
  }

  /** As a crash leaves it: what it had started goes on. */
  async kill(): Promise<void> {
    await this.#program?.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#program?.end('SIGTERM');
  }

  get pid(): number | undefined {
    return this.#program?.pid;
  }

  async addresses(): Promise<{ ipv4: string; ipv6: string }> {
    const status = await this.#host.must([...this.#command, 'status', '--json']);
    return (JSON.parse(status) as { machine: { ipv4: string; ipv6: string } }).machine;
  }

  async #configure(settings: Readonly<Record<string, string | null>>): Promise<void> {
    await this.#host.write(FILES.configuration, serviceConfiguration(this.#token, settings));
  }

  #role(command: readonly string[]): string[] {
    const files = ['--service-definition', FILES.definition, '--service-config', FILES.configuration, '--role', ROLE];
    return [...this.#command, 'role', ...files, '--', ...command];
  }
}
