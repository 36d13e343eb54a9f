/**
 * Where the agent listens on this computer, and for whom.
 */
import { dirname, join } from 'node:path';

/** Of the user that runs the agent, who may everything. */
export const OWNER_SOCKET = '/run/causeway/agent.sock';

/** Beside it, for the members of a group, who may less. */
export function usersSocketBeside(ownerSocket: string): string {
  return join(dirname(ownerSocket), 'users.sock');
}
