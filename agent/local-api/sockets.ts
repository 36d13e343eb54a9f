/**
 * Where the agent listens on this computer, and for whom. On Windows a named pipe stands for a Unix socket.
 */
import { dirname, join } from 'node:path';

/** For the user that runs the agent, root as a rule, who may everything. */
export const DEFAULT_SOCKET = defaultSocket(process.platform);

function defaultSocket(platform: NodeJS.Platform): string {
  if (platform === 'win32') return '\\\\.\\pipe\\causeway-agent';
  return platform === 'darwin' ? '/var/run/causeway/agent.sock' : '/run/causeway/agent.sock';
}

/** For members of the group `causeway`, who may less; on Windows for whoever is signed in at the computer. */
export function usersSocketBeside(ownerSocket: string): string {
  return isPipe(ownerSocket) ? `${ownerSocket}-users` : join(dirname(ownerSocket), 'users.sock');
}

/** Whether it is a named pipe of Windows, which is no file and leaves none. */
export function isPipe(path: string): boolean {
  return path.startsWith('\\\\.\\pipe\\');
}
