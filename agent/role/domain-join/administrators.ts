/**
 * Makes users and groups of the domain administrators of a Linux machine: a file for sudo, checked by sudo's own
 * tool before it counts. Written by number, which no local account of the same name can take over.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { CausewayError } from '#protocol/errors.ts';
import { fileSystemRefusal } from '#runtime/durable-file.ts';
import { type RunTool, VISUDO, WBINFO } from './domain-tools.ts';
import { qualifiedAccount } from './join-settings.ts';

/** sudo passes over names with a dot, so a file that is not finished does not count (sudoers(5)). */
const SUDOERS = '/etc/sudoers.d/causeway-domain-administrators';
const READ_ONLY = 0o440;

export interface DomainAdministrator {
  /** As the settings name it. */
  readonly name: string;
  readonly kind: 'user' | 'group';
  /** On this machine. */
  readonly id: number;
}

/**
 * @throws CausewayError DOMAIN_ADMINISTRATOR_UNKNOWN, COMMAND_MISSING (sudo); nothing is changed then
 */
export async function setAdministrators(
  names: readonly string[],
  domain: { readonly fqdn: string; readonly workgroup: string },
  run: RunTool,
): Promise<readonly DomainAdministrator[]> {
  if (names.length === 0) {
    await removeAdministrators();
    return [];
  }
  const found: DomainAdministrator[] = [];
  for (const name of names) found.push(await lookUp(name, domain, run));
  const text = sudoersText(found);
  const draft = `${SUDOERS}.new`;
  try {
    await rm(draft, { force: true });
    await writeFile(draft, text, { mode: READ_ONLY });
    const { code, stdout, stderr } = await run(VISUDO, ['--check', '--file', draft]);
    if (code !== 0) throw new CausewayError('INTERNAL', { issue: `sudo refuses ${draft}: ${stdout}${stderr}` });
    await rename(draft, SUDOERS);
  } catch (error) {
    await rm(draft, { force: true });
    throw fileSystemRefusal(error, SUDOERS);
  }
  return found;
}

export async function removeAdministrators(): Promise<void> {
  // Only where it is there: /etc may be read-only for who never had any.
  if ((await readFile(SUDOERS).catch(() => null)) !== null) await rm(SUDOERS, { force: true });
}

/** Lines of sudoers(5). */
export function sudoersText(administrators: readonly DomainAdministrator[]): string {
  const lines = administrators.flatMap(({ name, kind, id }) => [
    `# ${name.replace(/[^\p{L}\p{N} ._$@\\-]/gu, '?')}`,
    `${kind === 'user' ? '#' : '%#'}${id} ALL=(ALL:ALL) ALL`,
  ]);
  return [
    '# Written by `causeway role`: the domain’s users and groups of its setting Administrators.',
    ...lines,
    '',
  ].join('\n');
}

async function lookUp(
  name: string,
  { fqdn, workgroup }: { readonly fqdn: string; readonly workgroup: string },
  run: RunTool,
): Promise<DomainAdministrator> {
  const unknown = () => new CausewayError('DOMAIN_ADMINISTRATOR_UNKNOWN', { name, domain: fqdn });
  if (name.startsWith('-') || /[\p{Cc}]/u.test(name)) throw unknown();
  const asked = await run(WBINFO, ['--name-to-sid', qualifiedAccount(name, workgroup)]);
  const [, sid, type] = /^(S-1-5-21-[\d-]+) SID_(USER|DOM_GROUP|ALIAS)\b/.exec(asked.stdout) ?? [];
  if (asked.code !== 0 || sid === undefined) throw unknown();
  const kind = type === 'USER' ? 'user' : 'group';
  const id = await run(WBINFO, [kind === 'user' ? '--sid-to-uid' : '--sid-to-gid', sid]);
  if (id.code !== 0 || !/^\d+$/.test(id.stdout.trim())) throw unknown();
  return { name, kind, id: Number(id.stdout.trim()) };
}
