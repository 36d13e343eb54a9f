/** A directory that only the agent's owner can enter: root; on Windows the system and administrators. */
import { mkdir } from 'node:fs/promises';
import { ensurePrivateDirectory, fileSystemRefusal } from '#runtime/durable-file.ts';

/** @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY, ACCESS_LIST_REFUSED */
export async function makePrivateDirectory(path: string): Promise<void> {
  if (process.platform !== 'win32') return ensurePrivateDirectory(path);
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fileSystemRefusal(error, path);
  }
  const { ACCESS, protectDirectory } = await import('#native/windows/access-list.ts');
  // At every start: what is below %ProgramData% can be read by everybody unless it says otherwise.
  protectDirectory(path, ACCESS.ownersDirectory);
}
