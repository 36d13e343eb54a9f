/** Where to look for the agent of this computer. Pure. */
import { DEFAULT_SOCKET } from '#agent/local-api/sockets.ts';
import { optionOf } from './command-line.ts';

/** Its owner's socket: `--socket=PATH` or CAUSEWAY_SOCKET, if somebody says so; else where an installed agent listens. */
export function agentSocket(words: readonly string[], environment: NodeJS.ProcessEnv): string {
  const chosen = optionOf(words, 'socket') ?? environment.CAUSEWAY_SOCKET;
  return chosen === undefined || chosen === '' ? DEFAULT_SOCKET : chosen;
}
