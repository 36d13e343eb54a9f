/**
 * Where the agent listens on this computer, and for whom.
 */
import { dirname, join } from 'node:path';

/** For the user that runs the agent, root as a rule, who may everything. */
export const DEFAULT_SOCKET = '/run/causeway/agent.sock';

/** For members of the group `causeway`, who may less. */
export function usersSocketBeside(ownerSocket: string): string {
  return join(dirname(ownerSocket), 'users.sock');
}
