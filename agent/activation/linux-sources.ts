/**
 * The places of tokens on Linux. Packages of a distribution have no command line and keep no file name, so
 * a package with a token in it leaves that beside the agent's state (build/installers/deb/).
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ACTIVATION_FILE_MAX_BYTES, tokenLineOf } from '#protocol/activation-file.ts';
import { readIfThere } from '#runtime/durable-file.ts';
import type { TokenSource } from './token-sources.ts';

/** Written by whoever manages the fleet. Readable by root only. */
const POLICY_FILE = '/etc/causeway/activation-token';
const VARIABLE = 'CAUSEWAY_ACTIVATION_TOKEN';
const EMBEDDED_FILE = 'embedded.causeway';

export interface OwnPlaces {
  readonly stateDirectory: string;
  /** Changed by wiping. */
  readonly environment: NodeJS.ProcessEnv;
}

export function linuxTokenSources(places: OwnPlaces, policyFile = POLICY_FILE): TokenSource[] {
  return [
    { kind: 'policy', where: policyFile, read: () => lineIn(policyFile), wipe: async () => undefined },
    ...ownTokenSources(places),
  ];
}

/** What is alike where programs have an environment and the agent's state is a directory for root alone. */
export function ownTokenSources({ stateDirectory, environment }: OwnPlaces): TokenSource[] {
  const embedded = join(stateDirectory, EMBEDDED_FILE);
  return [
    {
      kind: 'command line',
      where: VARIABLE,
      read: async () => environment[VARIABLE],
      wipe: async () => {
        delete environment[VARIABLE];
      },
    },
    { kind: 'embedded', where: embedded, read: () => lineIn(embedded), wipe: () => rm(embedded, { force: true }) },
  ];
}

async function lineIn(path: string): Promise<string | undefined> {
  return tokenLineOf(((await readIfThere(path)) ?? '').slice(0, ACTIVATION_FILE_MAX_BYTES));
}
