/**
 * The group of the operating system whose members may use the agent without being its owner.
 */
import { readFile } from 'node:fs/promises';

export const USERS_GROUP = 'causeway';

export interface Group {
  readonly id: number;
  /** Names of its users, without those whose primary group it is. */
  readonly members: readonly string[];
}

/** @returns undefined when /etc/group, which is all that is asked, has no such group */
export async function findGroup(name: string): Promise<Group | undefined> {
  return groupIn(await readFile('/etc/group', 'utf8').catch(() => ''), name);
}

/** @param text of /etc/group (group(5)): `name:password:id:member,member` */
export function groupIn(text: string, name: string): Group | undefined {
  for (const line of text.split('\n')) {
    const [group, , id, members = ''] = line.split(':');
    if (group !== name || id === undefined || !/^\d+$/.test(id)) continue;
    return { id: Number(id), members: members.split(',').filter((member) => member !== '') };
  }
  return undefined;
}
