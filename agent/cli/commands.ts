/**
 * The `causeway` command line: what there is to type, and what each prints. `agent`, `service` and `role` run the
 * agent; the others ask the one that runs, over its socket, but for `update`, and `diagnose` where none runs.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type DnsRoute, dnsRouteOf } from '#protocol/dns-routes.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { AGENT_VERSION } from '../control/software.ts';
import { connectAgent, connectLocal, type LocalClient } from '../local-api/client.ts';
import { DEFAULT_SOCKET } from '../local-api/sockets.ts';
import { DEFAULT_ADAPTER, DEFAULT_STATE_DIRECTORY } from '../os/defaults.ts';
import { type AgentCommandOptions, runAgentCommand } from './agent-command.ts';
import { diagnoseThisComputer } from './diagnose-command.ts';
import {
  checkLines,
  nameLines,
  peerLines,
  resolvedLines,
  type Style,
  savedLines,
  stateLine,
  statusLines,
} from './output.ts';
import { type RoleCommandOptions, runRoleCommand } from './role-command.ts';
import { runServiceCommand } from './service-command.ts';
import { runUpdateCommand, type UpdateOptions } from './update-command.ts';
import { type AdapterChoice, addUserspaceOptions, socketFor } from './without-adapter.ts';

export interface Terminal {
  readonly style: Style;
  print(line: string): void;
}

const EXAMPLES = `
To begin:
  causeway agent                 as root, or let the service manager start it
  causeway up --token TOKEN      with an activation token from the portal
  causeway status                what works, what does not, and what to do about it`;

const UPSTREAM_PROXY =
  'the proxy to the server: http://HOST:PORT, pac+https://HOST/FILE, or none; a password goes into the variable CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS (default: HTTPS_PROXY and NO_PROXY, as other programs)';

interface AgentOptions {
  readonly state: string;
  readonly logLevel: string;
  readonly dnsRoute: DnsRoute[];
  readonly upstreamProxy?: string;
}

interface SocketOption {
  readonly socket?: string;
}

/** @returns a command whose `parseAsync` throws CausewayError for everything that is refused. */
export function causewayCommand(terminal: Terminal): Command {
  const program = new Command('causeway')
    .description('Takes part in a Causeway network: the agent on this computer, and the commands that talk to it.')
    .version(AGENT_VERSION)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addOption(
      new Option(
        '--socket <path>',
        `where the agent listens (default: ${DEFAULT_SOCKET}, or the socket for users beside it)`,
      ).env('CAUSEWAY_SOCKET'),
    )
    .addHelpText('after', EXAMPLES);
  const { print, style } = terminal;
  const connect = () => {
    const { socket } = program.opts<SocketOption>();
    return socket === undefined ? connectAgent() : connectLocal(socket);
  };
  const withAgent = async (work: (agent: LocalClient) => Promise<void>) => {
    const agent = await connect();
    try {
      await work(agent);
    } finally {
      agent[Symbol.dispose]();
    }
  };
  const printJson = (value: unknown) => print(JSON.stringify(value));

  const addAgent = (command: Command, run: (options: AgentCommandOptions) => Promise<void>) =>
    addUserspaceOptions(command)
      .option('--state <directory>', 'where keys and settings are kept', DEFAULT_STATE_DIRECTORY)
      .option('--adapter <name>', 'name of the virtual adapter', DEFAULT_ADAPTER)
      .addOption(
        new Option('--log-level <level>', 'how much to log')
          .choices(['error', 'warn', 'info', 'debug'])
          .default('info'),
      )
      .option(
        '--dns-route <suffix=machines>',
        'ask machines of the network for names under a suffix, as corp.example=dc1,dc2; can be repeated',
        moreRoutes,
        [] as DnsRoute[],
      )
      .option('--upstream-proxy <url>', UPSTREAM_PROXY)
      .action((options: AdapterChoice & AgentOptions) =>
        run({
          upstreamProxy: options.upstreamProxy,
          dnsRoutes: options.dnsRoute,
          stateDirectory: options.state,
          socket: program.opts<SocketOption>().socket ?? socketFor(options, options.state),
          choice: options,
          logLevel: options.logLevel,
        }),
      );
  addAgent(program.command('agent'), runAgentCommand).description(
    'run the agent in the foreground (as root, or with --userspace as anybody)',
  );
  addAgent(program.command('service', { hidden: process.platform !== 'win32' }), runServiceCommand).description(
    'the agent as a service; only for the service manager of Windows',
  );

  addUserspaceOptions(program.command('role'))
    .description('run a command as an instance of a role, which is in the network for as long as the command runs')
    .argument('[command...]', 'the program and its arguments, behind `--`; without it, until interrupted')
    .addOption(new Option('--service-definition <file>', 'a .csdef file').env('CAUSEWAY_SERVICE_DEFINITION'))
    .addOption(new Option('--service-config <file>', 'a .cscfg file').env('CAUSEWAY_SERVICE_CONFIG'))
    .addOption(new Option('--settings <file>', 'the settings as YAML').env('CAUSEWAY_SETTINGS'))
    .addOption(new Option('--role <name>', 'which role of these files').env('CAUSEWAY_ROLE'))
    .addOption(new Option('--instance <id>', 'its number or name (default: the host name)').env('CAUSEWAY_INSTANCE'))
    .addOption(
      new Option('--state <directory>', 'keep its keys here, to be the same machine again (default: not kept)').env(
        'CAUSEWAY_STATE',
      ),
    )
    .option('--adapter <name>', 'name of the virtual adapter', DEFAULT_ADAPTER)
    .addOption(
      new Option('--user <user>', 'run the command as this user of /etc/passwd, or as UID:GID').env('CAUSEWAY_USER'),
    )
    .option('--upstream-proxy <url>', UPSTREAM_PROXY)
    .option('--no-goodbye', 'do not leave the directory when the command ends, but some time after')
    .action((command: string[], options: Omit<RoleCommandOptions, 'command' | 'socket'>) =>
      runRoleCommand({ ...options, command, socket: program.opts<SocketOption>().socket }),
    );

  program
    .command('up')
    .description('connect this computer; the first time, activate it with a token')
    .option(
      '--token <token>',
      'activation token from the portal; if left out and needed, the variable CAUSEWAY_ACTIVATION_TOKEN',
    )
    .option('--name <name>', 'with a token: name of this computer in the network (default: its host name)')
    .option('--timeout <seconds>', 'how long to wait until everything is proven, 1 to 60', seconds, 20)
    .option('--json', 'print JSON')
    .action((options: { token?: string; name?: string; timeout: number; json?: boolean }) =>
      withAgent(async (agent) => {
        const token = options.token ?? (await tokenOfEnvironment(agent));
        if (options.name !== undefined && token === undefined) {
          throw new CausewayError('USAGE', {
            issue: 'A name is chosen once, with the token; later an administrator changes it in the portal.',
          });
        }
        const status = await agent.call('up', {
          token,
          name: options.name,
          timeoutMs: Math.round(options.timeout * 1000),
        });
        if (options.json) printJson(status);
        else for (const line of [...statusLines(status, style), ...nameLines(status, options.name)]) print(line);
        if (status.summary !== 'connected') process.exitCode = 1;
      }),
    );

  program
    .command('down')
    .description('disconnect, and undo everything on this computer')
    .option('--forget', 'also leave the subscription; a token is needed to come back')
    .option('--offline', 'with --forget: even if the server is not there to be told')
    .action(({ forget = false, offline = false }: { forget?: boolean; offline?: boolean }) => {
      if (offline && !forget) throw new CausewayError('USAGE', { issue: '--offline is only for --forget.' });
      return withAgent(async (agent) => {
        try {
          await agent.call('down', { forget, offline });
        } catch (error) {
          if (forget) print('Nothing was changed. To leave without telling the server, add --offline.');
          throw error;
        }
        if (!forget) print('Disconnected.');
        else if (!offline) print('Disconnected, and no longer a member of the subscription.');
        else print('Disconnected and forgotten here. Ask an administrator to remove this computer in the portal.');
      });
    });

  program
    .command('update')
    .description('install the version that the relay server has, as root; what does not connect is taken back')
    .option('--if-offered', 'only once the release is offered to this computer: for cron')
    .option('--state <directory>', 'where keys and settings are kept', DEFAULT_STATE_DIRECTORY)
    .action((options: UpdateOptions) => runUpdateCommand(options, print));

  program
    .command('status')
    .description('show what was last proven, part by part')
    .option('--watch', 'keep on, with a line for every change, until interrupted')
    .option('--connected', 'succeed only when connected: for health checks')
    .option('--json', 'print JSON; with --watch a line for every status, at least once a second')
    .action((options: { json?: boolean; watch?: boolean; connected?: boolean }) =>
      withAgent(async (agent) => {
        if (options.watch) return watch(agent, options.json ? printJson : changesOnly(terminal));
        const status = await agent.call('status', {});
        if (options.json) printJson(status);
        else for (const line of statusLines(status, style)) print(line);
        if (options.connected && status.summary !== 'connected') process.exitCode = 1;
      }),
    );

  program
    .command('refresh')
    .description('re-read the policy now')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) =>
      withAgent(async (agent) => {
        const status = await agent.call('refresh', {});
        if (options.json) printJson(status);
        else print(`Policy version ${status.policyVersion} was read from the control plane just now.`);
      }),
    );

  program
    .command('peers')
    .description('list the machines that this one may reach')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) =>
      withAgent(async (agent) => {
        const { peers } = await agent.call('peers', {});
        if (options.json) printJson(peers);
        else for (const line of peerLines(peers, style)) print(line);
      }),
    );

  program
    .command('ping')
    .description('measure the round trip to a machine inside the tunnel')
    .argument('<name>', 'name or overlay address')
    .option('--count <n>', 'how often', count, 3)
    .option('--timeout <seconds>', 'how long to wait for each answer, 1 to 60', seconds, 5)
    .action((target: string, options: { count: number; timeout: number }) =>
      withAgent(async (agent) => {
        for (let i = 0; i < options.count; i++) {
          const answer = await agent.call('ping', { target, timeoutMs: Math.round(options.timeout * 1000) });
          print(`${answer.name} (${answer.address}) answered in ${answer.roundTripMs.toFixed(2)} ms`);
        }
      }),
    );

  program
    .command('resolve')
    .description('show what a name or overlay address stands for')
    .argument('<name>', 'name or overlay address')
    .option('--json', 'print JSON')
    .action((target: string, options: { json?: boolean }) =>
      withAgent(async (agent) => {
        const found = await agent.call('resolve', { target });
        if (options.json) printJson(found);
        else for (const line of resolvedLines(found)) print(line);
      }),
    );

  program
    .command('diagnose')
    .description('check every link of the chain and say which is broken; works without the agent, too')
    .option('--json', 'print JSON')
    .option('--save <file>', 'also write all that somebody who helps needs, without keys or tokens')
    .option('--state <directory>', 'where the agent keeps its state, if it does not answer', DEFAULT_STATE_DIRECTORY)
    .action(async (options: { json?: boolean; save?: string; state: string }) => {
      const { checks, saved } = await diagnoseThisComputer({
        connect,
        stateDirectory: options.state,
        save: options.save,
        show: (check) => {
          if (!options.json) for (const line of checkLines(check, style)) print(line);
        },
      });
      if (options.json) printJson(checks);
      else if (saved && options.save !== undefined) for (const line of savedLines(options.save)) print(line);
      if (checks.some(({ ok }) => !ok)) process.exitCode = 1;
    });
  return program;
}

/** Until the agent goes away, or the process is interrupted. @throws CausewayError AGENT_NOT_RUNNING */
async function watch(agent: LocalClient, show: (status: AgentStatus) => void): Promise<void> {
  await agent.call('watch', {}, (word) => {
    if (word !== 'alive') show(word);
  });
  throw new CausewayError('AGENT_NOT_RUNNING', { socket: agent.path });
}

/** @returns what prints a line whenever the state has become another */
function changesOnly({ print, style }: Terminal): (status: AgentStatus) => void {
  let before: string | undefined;
  return (status) => {
    const state = stateLine(status, style);
    if (state !== before) print(`${style.faint(new Date(status.at).toLocaleTimeString('en-GB'))}  ${state}`);
    before = state;
  };
}

/** The variable stays set where a service configuration has it: it counts only while there is need of it. */
async function tokenOfEnvironment(agent: LocalClient): Promise<string | undefined> {
  const token = process.env.CAUSEWAY_ACTIVATION_TOKEN;
  if (token === undefined || token === '') return undefined;
  const { machine } = await agent.call('status', {});
  return machine === null ? token : undefined;
}

/** @throws CausewayError DNS_ROUTE_INVALID */
function moreRoutes(text: string, before: DnsRoute[]): DnsRoute[] {
  const [suffix = '', servers = ''] = text.split('=');
  return [...before, dnsRouteOf(suffix, servers)];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 60)) throw new InvalidArgumentError('It must be a number from 1 to 60.');
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  }
  return value;
}
