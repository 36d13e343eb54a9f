/** The three kinds of rights, in words. */
import type { Account } from '../../api/shapes.ts';

export type Rights = Account['rights'];

export const RIGHTS_WORDS: Readonly<Record<Rights, { readonly label: string; readonly may: string }>> = {
  viewer: { label: 'Viewer', may: 'Sees everything, and changes nothing.' },
  administrator: { label: 'Administrator', may: 'Also changes computers, groups, roles and connections.' },
  owner: { label: 'Owner', may: 'May do everything, also with people, API keys and subscriptions.' },
};

export const RIGHTS: readonly Rights[] = ['viewer', 'administrator', 'owner'];
