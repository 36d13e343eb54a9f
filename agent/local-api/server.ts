/**
 * The agent's end of the local API. Two sockets: the owner's, which nobody but the user that runs the agent
 * (root, as a rule) can open, and one for the members of a group, who may less (rights.ts). Which of
 * them a caller has come by is all that is known of the caller.
 */
import { chmod, chown, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { ensurePrivateDirectory, fileSystemRefusal } from '#runtime/durable-file.ts';
import { connectLocal } from './client.ts';
import type { LocalHandlers } from './conversation.ts';
import { type LocalServer, listenOn } from './listen.ts';
import { isPipe, usersSocketBeside } from './sockets.ts';

const [OWNER_ONLY, OWNER_AND_GROUP] = [0o600, 0o660];
const [CLOSED_DIRECTORY, DIRECTORY_OF_GROUP] = [0o700, 0o750];

/**
 * Serves the owner on `path`; a socket left behind by a killed agent is replaced.
 * @throws CausewayError AGENT_ALREADY_RUNNING, DIRECTORY_READ_ONLY, PRIVILEGE_MISSING
 */
export async function serveLocalApi(path: string, handlers: LocalHandlers): Promise<LocalServer> {
  if (!isPipe(path)) await ensurePrivateDirectory(dirname(path));
  if (await answers(path)) throw new CausewayError('AGENT_ALREADY_RUNNING', { socket: path });
  const server = await listenOn(path, { caller: 'owner', handlers, activated: () => Promise.resolve(true) });
  if (isPipe(path)) await protect(server, 'ownersPipe');
  else await chmod(path, OWNER_ONLY);
  return server;
}

export interface UsersOptions {
  /** Where {@link serveLocalApi} serves the owner. */
  readonly ownerSocket: string;
  /** Id of the group whose members are served. */
  readonly group: number;
  readonly handlers: LocalHandlers;
  /** Whether this computer is a member of a subscription. */
  readonly activated: () => Promise<boolean>;
}

/**
 * Serves the members of a group at a socket beside the owner's. A directory that only the owner could enter
 * is opened to the group, to be entered and not to be changed; one that others can enter anyway is left alone.
 * @throws CausewayError DIRECTORY_READ_ONLY when this user may not give a file to the group
 */
export async function serveUsers({ ownerSocket, group, ...counterpart }: UsersOptions): Promise<LocalServer> {
  const path = usersSocketBeside(ownerSocket);
  const directory = dirname(path);
  const server = await listenOn(path, { caller: 'user', ...counterpart });
  try {
    await giveTo(group, path, OWNER_AND_GROUP);
    const { mode, gid } = await stat(directory);
    const isOurs = (mode & 0o077) === 0 || (gid === group && (mode & 0o777) === DIRECTORY_OF_GROUP);
    if (isOurs) await giveTo(group, directory, DIRECTORY_OF_GROUP);
    return {
      path,
      async [Symbol.asyncDispose]() {
        if (isOurs) await chmod(directory, CLOSED_DIRECTORY);
        await server[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw fileSystemRefusal(error, path);
  }
}

/**
 * Serves whoever is signed in at a computer with Windows, beside the owner's pipe: the window and its icon run
 * as that person.
 * @throws CausewayError ACCESS_LIST_REFUSED
 */
export async function servePersonAtComputer({
  ownerSocket,
  ...counterpart
}: Omit<UsersOptions, 'group'>): Promise<LocalServer> {
  const server = await listenOn(usersSocketBeside(ownerSocket), { caller: 'user', ...counterpart });
  await protect(server, 'usersPipe');
  return server;
}

async function protect(server: LocalServer, list: 'ownersPipe' | 'usersPipe'): Promise<void> {
  const { ACCESS, protectPipe } = await import('#native/windows/access-list.ts');
  try {
    protectPipe(server.path, ACCESS[list]);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

async function giveTo(group: number, path: string, mode: number): Promise<void> {
  await chown(path, (await stat(path)).uid, group);
  await chmod(path, mode);
}

/** @throws CausewayError PRIVILEGE_MISSING when the socket is another user's */
async function answers(path: string): Promise<boolean> {
  try {
    const client = await connectLocal(path);
    client[Symbol.dispose]();
    return true;
  } catch (error) {
    if (isRefusal(error, 'PRIVILEGE_MISSING')) throw error;
    return false;
  }
}
