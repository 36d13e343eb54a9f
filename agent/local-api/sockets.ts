/** Where an installed agent listens. */

/** For the user that runs the agent: root, as a rule. */
export const DEFAULT_SOCKET = '/run/causeway/agent.sock';
/** For members of the group `causeway`. */
export const DEFAULT_USERS_SOCKET = '/run/causeway/users.sock';
