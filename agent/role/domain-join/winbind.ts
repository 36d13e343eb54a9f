/**
 * The daemon that answers for the domain's users, winbindd: started as systemd's service where systemd runs,
 * and otherwise as a child of ours, which is started again when it ends. Ready when the trust is verified.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type RunTool, SYSTEMCTL, WBINFO, WINBINDD, withoutSecrets } from './domain-tools.ts';

const SERVICE = 'winbind.service';
const POLL_MS = 200;
/** With what Debian's package gives it; winbindd makes the socket's directory below. */
const RUNTIME_DIRECTORY = '/run/samba';
const SBIN = '/usr/local/sbin:/usr/sbin:/sbin';

export interface WinbindOptions {
  readonly run: RunTool;
  readonly domain: string;
  readonly computer: string;
  readonly log: (message: string) => void;
}

/**
 * @returns what ends it; a service of systemd's goes on.
 * @throws CausewayError DOMAIN_LOOKUPS_FAILED, COMMAND_MISSING
 */
export async function startWinbind(options: WinbindOptions): Promise<AsyncDisposable> {
  const daemon = existsSync('/run/systemd/system') ? await restartService(options) : await ownDaemon(options);
  try {
    await untilTrusted(options, daemon.tail);
    return daemon;
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw error;
  }
}

interface Daemon extends AsyncDisposable {
  /** What it said last. */
  tail(): string;
}

async function restartService({ run, domain, computer }: WinbindOptions): Promise<Daemon> {
  const { code, stderr } = await run(SYSTEMCTL, ['restart', SERVICE]);
  if (code !== 0) throw failed({ domain, computer }, stderr.trim() || `${SERVICE} does not start`);
  return { tail: () => '', [Symbol.asyncDispose]: async () => undefined };
}

async function ownDaemon({ log }: WinbindOptions): Promise<Daemon> {
  await mkdir(RUNTIME_DIRECTORY, { recursive: true });
  await endLeftover();
  let [child, tail, stopped] = [null as ChildProcess | null, '', false];
  let again: NodeJS.Timeout | undefined;
  const start = () => {
    const environment = withoutSecrets(process.env);
    child = spawn(WINBINDD.command, ['--foreground', '--no-process-group', '--debug-stdout', '--debuglevel=0'], {
      env: { ...environment, PATH: `${environment.PATH ?? ''}:${SBIN}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        tail = `${tail}${text}`.slice(-1_000);
      });
    }
    child.on('error', (error) => {
      tail = error.message;
    });
    child.on('close', () => {
      if (stopped) return;
      log(`winbindd ended, and is started again: ${lastLine(tail)}`);
      again = setTimeout(start, LIMITS.DOMAIN_WINBIND_RESTART_MS.value);
    });
  };
  start();
  return {
    tail: () => lastLine(tail),
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(again);
      if (child === null || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
}

/** Of an instance that was killed: it knows an earlier configuration, and keeps a new one from starting. */
async function endLeftover(): Promise<void> {
  const pid = Number(await readFile(`${RUNTIME_DIRECTORY}/winbindd.pid`, 'utf8').catch(() => ''));
  const isWinbindd = async () =>
    pid > 1 && (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')) === 'winbindd\n';
  if (await isWinbindd()) process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + LIMITS.DOMAIN_WINBIND_RESTART_MS.value;
  while ((await isWinbindd()) && performance.now() < deadline) await pause();
}

async function untilTrusted({ run, domain, computer }: WinbindOptions, tail: () => string): Promise<void> {
  const deadline = performance.now() + LIMITS.DOMAIN_WINBIND_START_MS.value;
  for (;;) {
    const { code, stdout, stderr } = await run(WBINFO, ['--check-secret']);
    if (code === 0) return;
    if (performance.now() > deadline) {
      const said = lastLine(tail()) || lastLine(`${stdout}${stderr}`);
      throw failed({ domain, computer }, said || 'winbindd does not answer');
    }
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim().replace(/\.$/, '') ?? '';
}

function failed(details: { domain: string; computer: string }, cause: string): CausewayError {
  return new CausewayError('DOMAIN_LOOKUPS_FAILED', { ...details, cause });
}
