/**
 * One host of the lab: a network, mount and UTS namespace of its own, kept alive by a holder process.
 * Has its own /etc (with resolv.conf, hosts and hostname), /run and /var/lib, so that what runs here
 * meets no other host's files. Knows nothing of what the lab is for.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Usage, usageOf } from './processes.ts';

export interface RunOptions {
  readonly timeoutMs?: number;
  /** Written to its standard input. */
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunResult {
  /** Exit code; null when it was killed, by a time-out for example. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

const DEFAULT_TIMEOUT_MS = 30_000;

export class Host {
  readonly name: string;
  /** Its IPv4 address outside the overlay. */
  readonly address: string;
  /** Process id of the holder: `nsenter -t PID -n -m -u` enters the host. */
  readonly holderPid: number;
  /** Environment of everything that is started here from now on, beside what the lab gives it. */
  readonly variables: Record<string, string> = {};
  readonly #directory: string;
  readonly #programs: Program[] = [];
  readonly #tokens = new Set<string>();

  constructor(name: string, address: string, holderPid: number, directory: string) {
    this.name = name;
    this.address = address;
    this.holderPid = holderPid;
    this.#directory = directory;
  }

  /** Runs a command to its end. Never throws for what the command does; see {@link must}. */
  async run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const child = spawn('nsenter', this.#enter(command), {
      cwd: '/',
      env: this.#environment(options.environment),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => undefined); // it may end without reading all of it
    child.stdin.end(options.input);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), timedOut };
  }

  /**
   * Runs a command that has to succeed.
   * @returns its standard output, trimmed
   * @throws Error with the command and what it printed
   */
  async must(command: readonly string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(command, options);
    if (result.code === 0) return result.stdout.trim();
    const how = result.timedOut ? 'took too long' : `ended with ${result.code}`;
    throw new Error(`${this.name}: ${command.join(' ')} ${how}\n${result.stdout}${result.stderr}`.trimEnd());
  }

  /** Starts a long-lived program; what it prints is kept in a file. */
  spawn(label: string, command: readonly string[], options: Pick<RunOptions, 'environment'> = {}): Program {
    const log = join(this.#directory, `${this.name}-${label}-${this.#programs.length + 1}.log`);
    const descriptor = openSync(log, 'a');
    const child = spawn('nsenter', this.#enter(command), {
      cwd: '/',
      env: this.#environment(options.environment),
      stdio: ['ignore', descriptor, descriptor],
    });
    closeSync(descriptor);
    const program = new Program(`${this.name}: ${label}`, child, log);
    this.#programs.push(program);
    return program;
  }

  /** Everything ever started here, for the logs. */
  get programs(): readonly Program[] {
    return this.#programs;
  }

  /** Activation tokens that commands were given here, to be looked for where they must not be. */
  get tokens(): ReadonlySet<string> {
    return this.#tokens;
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    // A link into the system's own directory (holder.ts) is replaced: written through, it would change the system.
    const unlink = 'case "$(readlink "$1")" in */system/*) rm "$1" ;; esac';
    const script = `mkdir -p "$(dirname "$1")" && { ${unlink}; cat > "$1"; }`;
    await this.must(['sh', '-c', script, 'sh', path], { input: content });
  }

  /** The bytes of a file as this host sees it, base 64: equal if and only if the file is. */
  async fingerprint(path: string): Promise<string> {
    return this.must(['base64', '-w0', path]);
  }

  #enter(command: readonly string[]): string[] {
    this.#noteTokens(command);
    return [`--target=${this.holderPid}`, '--net', '--mount', '--uts', '--', ...command];
  }

  #noteTokens(words: readonly string[]): void {
    for (const word of words) if (word.startsWith('cwt1_')) this.#tokens.add(word);
  }

  #environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    this.#noteTokens(Object.values(more));
    return {
      PATH: `/run/bin:${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: '/run',
      LANG: 'C.UTF-8',
      ...this.variables,
      ...more,
    };
  }
}

/** A long-lived program on a host. */
export class Program {
  readonly label: string;
  /** File with everything it printed. */
  readonly log: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(label: string, child: ChildProcess, log: string) {
    this.label = label;
    this.log = log;
    this.#child = child;
    this.#exited = once(child, 'exit').then(() => undefined);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.label} did not start`);
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get output(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** What it and its children have cost so far. */
  usage(): Usage {
    return usageOf(this.pid);
  }

  /** Sends a signal and waits until it has ended. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.running) this.#child.kill(signal);
    await this.#exited;
  }

  /**
   * Waits until its output matches.
   * @throws Error with the tail of its output when it ends or the time is over first
   */
  async prints(pattern: RegExp, timeoutMs = 15_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (!this.running || Date.now() > deadline) {
        const how = this.running ? `did not print ${pattern} in ${timeoutMs} ms` : `ended before it printed ${pattern}`;
        throw new Error(`${this.label} ${how}\n${this.tail()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The last lines of its output. */
  tail(lines = 15): string {
    return this.output.trimEnd().split('\n').slice(-lines).join('\n');
  }
}
