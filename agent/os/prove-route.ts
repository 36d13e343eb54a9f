/**
 * Which way the kernel would send a packet: by its whole decision (rules, tables, metrics), not by the
 * one route that is ours. Another private network on the same computer can take our packets although our
 * route is there.
 */
import { CausewayError } from '#protocol/errors.ts';
import { type RunCommand, runCommand } from './command.ts';
import { IP_COMMAND } from './network.ts';

/**
 * @param addresses of a machine of the overlay other than this one
 * @returns the way, in a few words for people
 * @throws CausewayError ROUTE_ELSEWHERE, COMMAND_MISSING, TIMED_OUT
 */
export async function proveRoute(
  adapter: string,
  addresses: readonly string[],
  run: RunCommand = runCommand,
): Promise<string> {
  for (const address of addresses) {
    const { code, stdout } = await run(IP_COMMAND, ['-json', 'route', 'get', address]);
    const found = code === 0 ? interfaceOf(stdout) : undefined;
    if (found === adapter) continue;
    throw new CausewayError('ROUTE_ELSEWHERE', { address, adapter, interface: found ?? 'nowhere' });
  }
  return `packets for ${addresses.join(' and ')} go to ${adapter}`;
}

function interfaceOf(json: string): string | undefined {
  try {
    return (JSON.parse(json) as { dev?: string }[])[0]?.dev;
  } catch {
    return undefined;
  }
}
