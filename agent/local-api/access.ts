/**
 * What to say to somebody who has no right to the agent's sockets: which line gives it.
 */
import { userInfo } from 'node:os';
import { CausewayError } from '#protocol/errors.ts';
import { findGroup, type Group, groupCommands, USERS_GROUP } from './users-group.ts';

export interface Person {
  readonly name: string;
  /** Ids of the groups that this process has, which may be fewer than the user's by now. */
  readonly groups: readonly number[];
}

/** @returns PRIVILEGE_MISSING */
export async function accessRefusal(cause: unknown): Promise<CausewayError> {
  const otherwise = waysTo(await findGroup(USERS_GROUP), thisPerson());
  return new CausewayError('PRIVILEGE_MISSING', { action: 'talk to the agent', otherwise }, { cause });
}

/** What gives a person access, beside being root; goes on "Do it as root, or …". */
export function waysTo(group: Group | undefined, person: Person, platform: NodeJS.Platform = process.platform): string {
  const commands = groupCommands(platform, person.name);
  const join = `\`sudo ${commands.join}\``;
  if (group === undefined) {
    return `make the group that may: \`sudo ${commands.make}\`, then ${join}, restart the agent, and sign in again`;
  }
  if (person.groups.includes(group.id)) {
    return `restart the agent: it was started before there was the group ${USERS_GROUP}, or by another user than root`;
  }
  if (group.members.includes(person.name)) {
    return `sign out and in again: you were put in the group ${USERS_GROUP} after this session began`;
  }
  return `join the group that may, with ${join}, and sign in again`;
}

function thisPerson(): Person {
  const groups = [...(process.getgroups?.() ?? []), process.getegid?.() ?? -1];
  try {
    return { name: userInfo().username, groups };
  } catch {
    // A user without an entry in /etc/passwd.
    return { name: process.env.USER ?? 'NAME', groups };
  }
}
