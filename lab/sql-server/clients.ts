/** Named instances on a host of the lab, and clients that ask for them from another. */
import { fileURLToPath } from 'node:url';
import type { Host, Program } from '../hosts/host.ts';
import { postgresPassword } from '../postgres.ts';

const POSTGRES_PORT = '5432';

/** The program named-instances.ts, with an instance SQLEXPRESS and one INST2 that has an administrator's port. */
export class NamedInstances {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  static async start(host: Host): Promise<NamedInstances> {
    const command = [process.execPath, programPath('named-instances'), POSTGRES_PORT, 'SQLEXPRESS', 'INST2!'];
    const program = host.spawn('named-instances', command);
    await program.prints(/^browser on/m);
    return new NamedInstances(program);
  }

  port(name: string): number {
    return Number(new RegExp(`^instance ${name} on (\\d+)$`, 'm').exec(this.#program.output)?.[1]);
  }

  /** The datagrams that were answered or ignored so far, as hexadecimal digits. */
  requests(what: 'answered' | 'ignored'): string[] {
    return [...this.#program.output.matchAll(new RegExp(`^${what} \\S+ ([0-9a-f]*)$`, 'gm'))].map(
      ([, hex = '']) => hex,
    );
  }

  async stop(): Promise<void> {
    await this.#program.end();
  }
}

/** Sends datagrams to a host's browser. @returns the answer to each, or null where none came in a second */
export async function askBrowser(client: Host, server: string, ...hex: readonly string[]): Promise<(Buffer | null)[]> {
  const { stdout } = await client.run([process.execPath, programPath('ask'), server, ...hex]);
  const lines = stdout.split('\n').slice(0, -1);
  if (lines.length !== hex.length) throw new Error(`${client.name} could not ask ${server}`);
  return lines.map((line) => (line === '' ? null : Buffer.from(line, 'hex')));
}

/**
 * Runs a query by FreeTDS, as any client of SQL Server on Linux does.
 * @param server as in a connection string: `sql01\INST2` or `sql01:1433`
 * @returns the rows, columns separated by |
 * @throws Error with what tsql printed
 */
export async function tsql(
  client: Host,
  server: string,
  query: string,
  password = postgresPassword(),
): Promise<string[]> {
  // Its own way to be given a password without an argument is to ask for it at a terminal.
  const settings = ['[global]', 'tds version = 7.4', 'client charset = UTF-8', 'connect timeout = 10', 'timeout = 10'];
  await client.write('/run/freetds.conf', settings.join('\n'));
  const result = await client.run(['tsql', '-S', server, '-U', 'shop', '-o', 'fhq', '-t', '|'], {
    input: `${password}\n${query}\ngo\nexit\n`,
    environment: { FREETDSCONF: '/run/freetds.conf' },
  });
  const output = `${result.stdout}${result.stderr}`;
  if (result.code !== 0 || /Msg \d+|Error \d+/.test(output)) {
    throw new Error(`tsql on ${client.name} ended with ${result.code}: ${output.trim()}`);
  }
  return result.stdout.split('\n').filter((line) => line !== '');
}

function programPath(name: 'named-instances' | 'ask'): string {
  return fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
}
