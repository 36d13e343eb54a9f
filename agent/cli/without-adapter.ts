/**
 * The choice between a network by an adapter and one offered on localhost (`--userspace`), for every command that runs
 * the agent: the options to type, and the host that they mean.
 */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { CausewayError } from '#protocol/errors.ts';
import type { Host } from '../engine/host.ts';
import { DEFAULT_SOCKET } from '../local-api/sockets.ts';
import { systemHost } from '../os/system-host.ts';
import { SENTENCES } from '../userspace/dial.ts';
import { type Exposure, type Forward, parseExposure, parseForward, parseProxyPort } from '../userspace/mappings.ts';
import { Services } from '../userspace/services.ts';
import { UserspaceHost } from '../userspace/userspace-host.ts';

/** SOCKS has it (IANA); a port of its own only where an application server’s habit takes it. */
const DEFAULT_PROXY_PORT = '1080';

export interface AdapterChoice {
  readonly adapter: string;
  readonly userspace?: boolean;
  readonly proxy?: string;
  readonly forward?: readonly Forward[];
  readonly expose?: readonly Exposure[];
}

/** Each has a variable too: an image's entry point leaves no room for options. */
export function addUserspaceOptions(command: Command): Command {
  const also = <Value>(parse: (text: string) => Value) => {
    return (text: string, before: readonly Value[] = []) => [...before, ...text.split(',').map(parse)];
  };
  return command
    .option('--userspace', 'without an adapter and without privileges: offer the network on localhost')
    .addOption(
      new Option(
        '--proxy <port>',
        `with --userspace: where SOCKS5 and HTTP CONNECT listen, or off (default: ${DEFAULT_PROXY_PORT})`,
      ).env('CAUSEWAY_PROXY'),
    )
    .addOption(
      new Option(
        '--forward <[udp/]port:name:port>',
        'with --userspace: lead a port of localhost to a machine, as 1433:sql01:1433; can be repeated',
      )
        .env('CAUSEWAY_FORWARD')
        .argParser(also(parseForward)),
    )
    .addOption(
      new Option(
        '--expose <[udp/]port[:local-port]>',
        'with --userspace: let the network reach a server on localhost, as 8080; can be repeated',
      )
        .env('CAUSEWAY_EXPOSE')
        .argParser(also(parseExposure)),
    );
}

/**
 * Runs `work` on the host that was chosen, and closes it afterwards.
 * @throws CausewayError USAGE, LOCAL_PORT_IN_USE, LOCAL_PORT_FORBIDDEN, and what `work` throws
 */
export async function withHost<Result>(
  choice: AdapterChoice,
  stateDirectory: string,
  work: (host: Host) => Promise<Result>,
): Promise<Result> {
  const { forward, expose, proxy } = choice;
  if (choice.userspace !== true) {
    if (forward !== undefined || expose !== undefined || proxy !== undefined) {
      throw new CausewayError('USAGE', { issue: '--proxy, --forward and --expose are only for --userspace.' });
    }
    return work(await systemHost({ stateDirectory, adapterName: choice.adapter }));
  }
  const services = await Services.start({
    proxyPort: parseProxyPort(proxy ?? DEFAULT_PROXY_PORT),
    forwards: forward ?? [],
    exposures: expose ?? [],
    onFailure: ({ host, port }, failure) =>
      console.error(`causeway: a connection to ${host}:${port} could not be made: ${SENTENCES[failure]}`),
  });
  try {
    return await work(new UserspaceHost(services));
  } finally {
    await services[Symbol.asyncDispose]();
  }
}

/** Where the local API listens unless somebody says otherwise: who has no privileges has it beside the state. */
export function socketFor({ userspace }: AdapterChoice, stateDirectory: string): string {
  return userspace === true && process.getuid?.() !== 0 ? join(stateDirectory, 'agent.sock') : DEFAULT_SOCKET;
}
