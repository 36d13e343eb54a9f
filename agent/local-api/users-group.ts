/**
 * The group of the operating system whose members may use the agent without being its owner.
 */
import { readFile } from 'node:fs/promises';
import { type Program, runCommand } from '../os/command.ts';

export const USERS_GROUP = 'causeway';

export interface Group {
  readonly id: number;
  /** Names of its users, without those whose primary group it is. */
  readonly members: readonly string[];
}

const DIRECTORY: Program = { command: '/usr/bin/dscacheutil', package: 'macOS', purpose: 'find groups' };

/** @returns undefined when /etc/group, or the directory of macOS, which are all that is asked, has no such group */
export async function findGroup(name: string): Promise<Group | undefined> {
  if (process.platform !== 'darwin') return groupIn(await readFile('/etc/group', 'utf8').catch(() => ''), name);
  const told = await runCommand(DIRECTORY, ['-q', 'group', '-a', 'name', name]).catch(() => undefined);
  return groupTold(told?.stdout ?? '');
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

/** @param text of dscacheutil(1): lines as `gid: 501` and `users: ada bob` */
export function groupTold(text: string): Group | undefined {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]?.trim();
  const id = field('gid');
  if (id === undefined || !/^\d+$/.test(id)) return undefined;
  return { id: Number(id), members: (field('users') ?? '').split(/\s+/).filter((member) => member !== '') };
}

/** The lines that make the group and put a person into it. */
export function groupCommands(
  platform: NodeJS.Platform,
  person: string,
): { readonly make: string; readonly join: string } {
  return platform === 'darwin'
    ? {
        make: `dseditgroup -o create ${USERS_GROUP}`,
        join: `dseditgroup -o edit -a ${person} -t user ${USERS_GROUP}`,
      }
    : { make: `groupadd --system ${USERS_GROUP}`, join: `usermod -aG ${USERS_GROUP} ${person}` };
}
