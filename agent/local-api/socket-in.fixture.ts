/** Where a test's agent listens: a socket in the test's own directory, on Windows a pipe that is called after it. */
import { basename, join } from 'node:path';

export function socketIn(directory: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\${basename(directory)}`;
  return join(directory, 'run', 'agent.sock');
}
