/** Where to look for the agent of this computer. Pure. */
import { DEFAULT_SOCKET, DEFAULT_USERS_SOCKET } from '#agent/local-api/sockets.ts';
import { optionOf } from './command-line.ts';

/** `--socket=PATH` or CAUSEWAY_SOCKET, if somebody says so; else where an installed agent listens. */
export function agentSockets(words: readonly string[], environment: NodeJS.ProcessEnv): readonly [string, ...string[]] {
  const chosen = optionOf(words, 'socket') ?? environment.CAUSEWAY_SOCKET;
  return chosen === undefined || chosen === '' ? [DEFAULT_SOCKET, DEFAULT_USERS_SOCKET] : [chosen];
}
