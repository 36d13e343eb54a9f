/** What happened, in words, as the table and its filter say it. Pure. */
import type { AuditEntry } from '../../api/shapes.ts';

export interface AuditWords {
  /** "Created the group" */
  readonly what: string;
  /** To what: "SQL servers", "12 computers"; undefined where there is nothing to name. */
  readonly whom: string | undefined;
}

/** The first word of an action, and what it is called in the filter. */
export const AUDIT_SUBJECTS: readonly (readonly [string, string])[] = [
  ['machine', 'Computers'],
  ['group', 'Groups'],
  ['role', 'Roles'],
  ['connection', 'Connections'],
  ['token', 'Activation tokens'],
  ['install-link', 'Install links'],
  ['session', 'Sign-ins'],
  ['account', 'Own accounts'],
  ['person', 'People'],
  ['api-key', 'API keys'],
  ['subscription', 'Subscriptions'],
  ['first-secret', 'First link'],
];

const WORDS: Readonly<Record<string, string>> = {
  'account.change': 'Changed their own account',
  'api-key.create': 'Created the API key',
  'api-key.remove': 'Revoked the API key',
  'connection.create': 'Connected',
  'connection.remove': 'Cut the connection',
  'first-secret.refuse': 'Refused a wrong first link',
  'group.change': 'Changed the group',
  'group.create': 'Created the group',
  'group.remove': 'Removed the group',
  'install-link.change': 'Changed the install link',
  'install-link.create': 'Created the install link',
  'install-link.remove': 'Removed the install link',
  'machine.activate': 'Joined',
  'machine.disable': 'Disabled',
  'machine.enable': 'Enabled',
  'machine.remove': 'Removed the computer',
  'machine.rename': 'Renamed the computer',
  'person.change': 'Changed the person',
  'person.create': 'Added the person',
  'person.remove': 'Removed the person',
  'role.change': 'Changed the role',
  'role.create': 'Created the role',
  'role.remove': 'Removed the role',
  'session.begin': 'Signed in',
  'session.end': 'Signed out',
  'session.refuse': 'Refused a sign-in',
  'subscription.create': 'Created the subscription',
  'subscription.remove': 'Removed the subscription',
  'subscription.rename': 'Renamed the subscription',
  'token.create': 'Created the token',
  'token.revoke': 'Revoked the token',
};
/** The person who did it is the one it was done to: the name would stand there twice. */
const OF_ONESELF: ReadonlySet<string> = new Set([
  'account.change',
  'account.second-factor',
  'session.begin',
  'machine.activate',
]);

type Told = Pick<AuditEntry, 'action' | 'by' | 'target' | 'before' | 'after'>;

export function auditWords(entry: Told): AuditWords {
  const { action, by, target, before, after } = entry;
  const count = numberOf(after?.machines) ?? numberOf(before?.machines);
  const many = action.startsWith('machine.') && count !== undefined ? computers(count) : undefined;
  const itself = target !== null && target.id === by.id && OF_ONESELF.has(action);
  const whom = many ?? (itself || target === null || target.name === '' ? undefined : target.name);
  if (action === 'machine.assign') {
    const group = after?.group;
    return { what: typeof group === 'string' ? `Put into the group ${group}:` : 'Took out of the group:', whom };
  }
  if (action === 'machine.remove' && many !== undefined) return { what: 'Removed', whom };
  if (action === 'account.second-factor') {
    return { what: `Switched the second factor ${after?.on === true ? 'on' : 'off'}`, whom };
  }
  const times = numberOf(after?.times) ?? 1;
  const what = WORDS[action] ?? plain(action);
  return { what: times > 1 ? `${what}, ${times.toLocaleString('en')} times` : what, whom };
}

/** An action of a later server: "group.split-up" is "Group: split up". */
function plain(action: string): string {
  const [subject = '', ...rest] = action.replaceAll('-', ' ').split('.');
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)}: ${rest.join(' ')}`;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function computers(count: number): string {
  return count === 1 ? '1 computer' : `${count.toLocaleString('en')} computers`;
}
