/**
 * Whom the command of a role instance runs as, where the agent has to be root for its adapter and the command
 * has not.
 */
import { readFile } from 'node:fs/promises';
import { CausewayError } from '#protocol/errors.ts';

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** HOME, USER and LOGNAME where they are known. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * @param wanted a name of /etc/passwd, or `UID:GID`
 * @throws CausewayError ROLE_USER_UNKNOWN
 */
export async function findUser(wanted: string): Promise<RunAs> {
  const found = userIn(await readFile('/etc/passwd', 'utf8').catch(() => ''), wanted);
  if (found === undefined) throw new CausewayError('ROLE_USER_UNKNOWN', { user: wanted });
  return found;
}

/** @param text of /etc/passwd (passwd(5)): `name:password:uid:gid:gecos:home:shell` */
export function userIn(text: string, wanted: string): RunAs | undefined {
  const [, uid, gid] = /^(\d{1,9}):(\d{1,9})$/.exec(wanted) ?? [];
  if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid), environment: {} };
  const fields = text.split('\n').map((line) => line.split(':'));
  const [name, , id, group, , home] = fields.find(([user]) => user === wanted) ?? [];
  if (name === undefined || home === undefined || !/^\d+$/.test(id ?? '') || !/^\d+$/.test(group ?? '')) {
    return undefined;
  }
  return { uid: Number(id), gid: Number(group), environment: { HOME: home, USER: name, LOGNAME: name } };
}
