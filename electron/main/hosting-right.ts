/**
 * Whether the application may run the agent itself, and with which directories: as root, or because somebody
 * says `--host`. Pure.
 *
 *     --host              runs the agent here, whoever one is
 *     --no-host           never runs it, even as root
 *     --state=DIRECTORY   where it keeps keys and settings
 *     --adapter=NAME      name of its virtual adapter
 */
import { DEFAULT_ADAPTER, DEFAULT_STATE_DIRECTORY } from '#agent/os/defaults.ts';
import { optionOf } from './command-line.ts';

export interface HostingRight {
  readonly stateDirectory: string;
  readonly adapterName: string;
}

/** @param user id of the user, undefined on Windows @returns undefined: the agent is somebody else's to run */
export function hostingRight(
  words: readonly string[],
  { platform, user }: { readonly platform: NodeJS.Platform; readonly user: number | undefined },
): HostingRight | undefined {
  // The engine knows one system so far.
  if (platform !== 'linux' || words.includes('--no-host')) return undefined;
  if (user !== 0 && !words.includes('--host')) return undefined;
  return {
    stateDirectory: optionOf(words, 'state') ?? DEFAULT_STATE_DIRECTORY,
    adapterName: optionOf(words, 'adapter') ?? DEFAULT_ADAPTER,
  };
}
