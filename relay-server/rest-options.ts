/**
 * What commands that are clients of the REST API have in common: how they are told the server, the
 * subscription and the API key. None of those is a secret in the arguments.
 */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CausewayError } from '#protocol/errors.ts';
import type { Surroundings } from './command.ts';
import { parseServerUrl } from './listen-address.ts';
import type { RestServer } from './rest-client.ts';

export interface RestOptions {
  readonly server: string;
  readonly subscription: string;
  readonly keyFile?: string;
  readonly pin?: string;
}

export const STANDARD_INPUT = '-';

export function restOptions(command: Command): Command {
  return command
    .requiredOption('--server <url>', 'https://NAME[:PORT] of the relay server')
    .requiredOption('--subscription <name>', 'name or id of the subscription')
    .option('--key-file <file>', 'file that holds an API key (default: CAUSEWAY_API_KEY of the environment)')
    .option('--pin <pin>', 'pin of the server’s key, as the server prints it, if its certificate is its own')
    .option('--json', 'print JSON in place of words');
}

/** @throws CausewayError USAGE */
export async function serverOf(options: RestOptions, around: Surroundings): Promise<RestServer> {
  const fromFile = options.keyFile === undefined ? undefined : await contentOf(options.keyFile, around);
  const apiKey = (fromFile ?? around.environment?.CAUSEWAY_API_KEY ?? '').trim();
  if (apiKey === '') {
    throw new CausewayError('USAGE', {
      issue: 'An API key is needed: --key-file, or CAUSEWAY_API_KEY in the environment.',
    });
  }
  return { url: parseServerUrl(options.server), pin: options.pin, apiKey };
}

/** Of the subscription, below /api/v1. */
export function pathOf({ subscription }: RestOptions): string {
  return `/subscriptions/${encodeURIComponent(subscription)}`;
}

/** @throws CausewayError USAGE */
export async function contentOf(file: string, around: Surroundings): Promise<string> {
  try {
    if (file !== STANDARD_INPUT) return await readFile(file, 'utf8');
    return (await around.input?.()) ?? '';
  } catch (error) {
    const issue = `${file} can not be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new CausewayError('USAGE', { issue }, { cause: error });
  }
}
