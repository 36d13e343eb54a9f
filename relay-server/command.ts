/**
 * The command line of `causeway-relay`: its words and options, and how what it does is told to people
 * or to programs (`--json`). What it does is in server.ts.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { pino } from 'pino';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { addAuditCommands } from './audit-command.ts';
import { oidcSettings } from './control/access/oidc-settings.ts';
import { makeFirstSecret } from './control/administration/api-keys.ts';
import { databasePath } from './data-directory.ts';
import { DEFAULT_LISTEN, parseListenAddress, parseServerUrl } from './listen-address.ts';
import { addLockCommands } from './lock-command.ts';
import { addPolicyCommands } from './policy-command.ts';
import { systemRandom } from './random.ts';
import { createServer, openStore, type RunningServer } from './server.ts';
import { curlPin } from './tls/curl-pin.ts';
import { addUpkeepCommands } from './upkeep/commands.ts';
import { VERSION } from './version.ts';

const DEFAULT_DATA = '/var/lib/causeway-relay';
const WRONG_USAGE = 2;
/** Timers of Node take no more than 24 days. */
const GONE_AFTER_MOST_S = 1_000_000;
const [BACKUP_LEAST_H, BACKUP_MOST_H] = [0.01, 500];
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

/** Where the command writes and how it hears that it shall stop. */
export interface Surroundings {
  /** For people or programs, line by line. */
  out(line: string): void;
  error(line: string): void;
  /** Directory of the program. */
  readonly programDirectory: string;
  /** File descriptor or path of the log. */
  readonly logTo: number | string;
  /** Called once when the server listens. */
  started(): void;
  /** Aborted by SIGINT and SIGTERM. */
  readonly stop: AbortSignal;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** All of standard input. */
  input?(): Promise<string>;
  /** Asks the person at the terminal; undefined when there is none. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
}

interface CommonOptions {
  readonly data: string;
  readonly database?: string;
  readonly json?: boolean;
}
interface ServeOptions extends CommonOptions {
  readonly listen: string;
  readonly url?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly logLevel: string;
  readonly downloads?: string;
  readonly containerImage?: string;
  readonly instancesGoneAfter?: string;
  readonly backupEvery?: string;
}

/** @returns the exit code: 0, 1 for a refusal, 2 for wrong usage; `policy diff` has its own. */
export async function run(args: readonly string[], around: Surroundings): Promise<number> {
  let exit: number | undefined;
  const program = describe(around);
  const setExit = (code: number) => {
    exit = code;
  };
  addPolicyCommands(program, around, setExit);
  addUpkeepCommands(program, around, common, setExit);
  addLockCommands(program, around);
  addAuditCommands(program, around, common);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exit ?? 0;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) return 0;
    around.error(`error ${refusal.code}: ${refusal.message}\n  ${refusal.remedy}`);
    return exit ?? (refusal.code === 'USAGE' ? WRONG_USAGE : 1);
  }
}

/** @returns undefined for help and version, which have been printed. */
function refusalOf(error: unknown): CausewayError | undefined {
  if (error instanceof CausewayError) return error;
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return undefined;
  const issue = error.code === 'commander.help' ? 'No command was named.' : error.message.replace(/^error: /, '');
  return new CausewayError('USAGE', { issue });
}

function describe(around: Surroundings): Command {
  const program = new Command('causeway-relay')
    .description('The server of Causeway: control plane, relay and REST API in one.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => around.out(text.trimEnd()),
      writeErr: (text) => around.error(text.trimEnd()),
      outputError: () => undefined, // `run` says it, in the form of all refusals
    });
  common(program.command('serve').description('Run the server in the foreground.'))
    .option('--listen <host:port>', 'address to listen on', DEFAULT_LISTEN)
    .option('--url <url>', 'https://NAME[:PORT] under which machines reach it (default: made of the address)')
    .option('--cert <file>', 'PEM certificate chain in place of the self-made one')
    .option('--key <file>', 'PEM private key of that certificate')
    .option('--downloads <directory>', 'agent packages to hand out (default: downloads beside this program)')
    .option('--container-image <name>', 'image of the agent that install pages name')
    .option(
      '--instances-gone-after <seconds>',
      'when role instances that stopped without goodbye are removed, or `never` (default: 900)',
    )
    .option('--backup-every <hours>', 'how often a backup is made in the data directory, or `never` (default: 24)')
    .option('--log-level <level>', LOG_LEVELS.join(', '), 'info')
    .action((options: ServeOptions) => serve(options, around));
  common(program.command('reset-admin').description('Print a new one-time secret for an administrator.')).action(
    (options: CommonOptions) => resetAdmin(options, around),
  );
  return program;
}

function common(command: Command): Command {
  return command
    .option('--data <directory>', 'where database and keys are kept', DEFAULT_DATA)
    .option('--database <url>', 'postgres://… in place of the SQLite file in the data directory')
    .option('--json', 'print one JSON object a line');
}

async function serve(options: ServeOptions, around: Surroundings): Promise<void> {
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new CausewayError('USAGE', { issue: '--cert and --key belong together.' });
  }
  if (!LOG_LEVELS.includes(options.logLevel)) {
    throw new CausewayError('USAGE', { issue: `${options.logLevel} is no log level.` });
  }
  const { cert: certificatePath, key: keyPath } = options;
  const logger = pino({ level: options.logLevel }, pino.destination({ dest: around.logTo, sync: true }));
  const server = await createServer({
    listen: parseListenAddress(options.listen),
    dataDirectory: options.data,
    logger,
    url: options.url === undefined ? undefined : parseServerUrl(options.url),
    database: options.database,
    oidc: oidcSettings(process.env),
    downloads: options.downloads ?? join(around.programDirectory, 'downloads'),
    containerImage: options.containerImage,
    instancesGoneAfterMs: goneAfterMs(options.instancesGoneAfter),
    backupEveryMs: backupEveryMs(options.backupEvery),
    certificate: certificatePath === undefined || keyPath === undefined ? undefined : { certificatePath, keyPath },
  });
  const selfMade = options.cert === undefined;
  for (const line of options.json ? greetingJson(server) : greeting(server, selfMade)) around.out(line);
  around.started();
  await stopped(around.stop);
  logger.info('relay server stops');
  await server.close();
}

/** @throws CausewayError USAGE */
function goneAfterMs(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'never') return null;
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= GONE_AFTER_MOST_S) return seconds * 1_000;
  throw new CausewayError('USAGE', {
    issue: `--instances-gone-after takes seconds from 1 to ${GONE_AFTER_MOST_S}, or never.`,
  });
}

/** @throws CausewayError USAGE */
function backupEveryMs(text: string | undefined): number | null {
  if (text === undefined) return LIMITS.BACKUP_EVERY_MS.value;
  if (text === 'never') return null;
  const hours = Number(text);
  if (hours >= BACKUP_LEAST_H && hours <= BACKUP_MOST_H) return hours * 3_600_000;
  throw new CausewayError('USAGE', {
    issue: `--backup-every takes hours from ${BACKUP_LEAST_H} to ${BACKUP_MOST_H}, or never.`,
  });
}

/** Works beside a running server. */
async function resetAdmin(options: CommonOptions, around: Surroundings): Promise<void> {
  if (options.database === undefined && !existsSync(databasePath(options.data))) {
    throw new CausewayError('USAGE', {
      issue: `No server has kept its data in ${options.data} yet; name its directory with --data.`,
    });
  }
  const store = await openStore(options.data, options.database, false);
  try {
    const secret = await makeFirstSecret(store, systemRandom, Date.now());
    if (options.json) around.out(JSON.stringify({ event: 'first-secret', secret }));
    else {
      for (const line of secretText(secret, 'https://SERVER', 'sha256//PIN')) around.out(line);
      around.out('');
      around.out('SERVER stands for what `causeway-relay serve` prints when it starts, and so does PIN.');
    }
  } finally {
    await store.close();
  }
}

function greetingJson(server: RunningServer): string[] {
  const lines: object[] = [{ event: 'listening', url: server.url, pin: server.pin }];
  const { firstSecret: secret, url } = server;
  if (secret !== undefined) lines.push({ event: 'first-secret', secret, link: firstLink(secret, url) });
  return lines.map((line) => JSON.stringify(line));
}

function greeting(server: RunningServer, selfMade: boolean): string[] {
  const pin = selfMade ? curlPin(server.pin) : undefined;
  const lines = [
    `The Causeway relay server listens at ${server.url}`,
    'Activation tokens send machines to that URL; choose another with --url.',
    `Pin of its key: ${server.pin}${pin === undefined ? '' : `, for curl: ${pin}`}`,
  ];
  if (server.firstSecret === undefined) return lines;
  return ['Nobody administers this server yet.', ...secretText(server.firstSecret, server.url, pin), '', ...lines];
}

/** Behind `#`, which browsers keep to themselves: no log and no proxy sees the secret. */
function firstLink(secret: string, url: string): string {
  return `${url}/welcome#${secret}`;
}

/** @param pin of a certificate that the server made itself, as curl takes it */
function secretText(secret: string, url: string, pin: string | undefined): string[] {
  const check = pin === undefined ? '' : `--insecure --pinnedpubkey '${pin}' `;
  return [
    'Open this link to become an owner of it; it is shown now and never again:',
    '',
    `    ${firstLink(secret, url)}`,
    '',
    ...(pin === undefined ? [] : ['The browser warns of the certificate, which the server made itself.']),
    'The link works once; `causeway-relay reset-admin` makes another. For an API key instead:',
    '',
    `    curl ${check}${url}/api/v1/claim -H 'content-type: application/json' -d '{"secret":"${secret}"}'`,
  ];
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
