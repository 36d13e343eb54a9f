/**
 * What this computer says of the adapter and of its resolver, in the words of its own programs, for
 * somebody who is asked for help.
 */
import { readFile } from 'node:fs/promises';
import { LIMITS } from '#protocol/limits.ts';
import type { HostDescription } from '../engine/host.ts';
import { type Program, type RunCommand, runCommand } from './command.ts';
import { IP_COMMAND } from './network.ts';
import { RESOLV_CONF } from './resolver.ts';
import { leadsToResolved, RESOLVECTL } from './systemd-resolved.ts';

/** Never rejects: what can not be found out is a line that says so. */
export async function describeNetwork(adapter: string, run: RunCommand = runCommand): Promise<HostDescription> {
  const ip = (...args: string[]) => wordsOf(IP_COMMAND, args, run);
  const [addresses, routes, routes6, rules, resolver] = await Promise.all([
    ip('address', 'show', 'dev', adapter),
    ip('-4', 'route', 'show', 'table', 'all', 'dev', adapter),
    ip('-6', 'route', 'show', 'table', 'all', 'dev', adapter),
    ip('rule', 'show'),
    describeResolver(adapter, run),
  ]);
  return { addresses, routes: [...routes, ...routes6, ...rules], resolver };
}

async function describeResolver(adapter: string, run: RunCommand): Promise<string[]> {
  const text = await readFile(RESOLV_CONF, 'latin1').catch((error: unknown) => `${RESOLV_CONF}: ${String(error)}`);
  const file = linesOf(text);
  return leadsToResolved(text) ? [...file, ...(await wordsOf(RESOLVECTL, ['status', adapter], run))] : file;
}

async function wordsOf(program: Program, args: readonly string[], run: RunCommand): Promise<string[]> {
  try {
    const { code, stdout, stderr } = await run(program, args);
    return linesOf(code === 0 ? stdout : `${program.command} ${args.join(' ')}: ${stderr}`);
  } catch (error) {
    return [`${program.command} ${args.join(' ')}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd().slice(0, LIMITS.LOG_LINE_MAX_CHARACTERS.value));
  return lines.filter((line) => line !== '').slice(0, LIMITS.SYSTEM_TEXT_LINES_MAX.value);
}
