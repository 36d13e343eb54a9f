/** What a key of each rights may do, for whoever chooses them. */
import type { ApiKey } from '../../api/shapes.ts';

export const RIGHTS_WORDS: Readonly<Record<ApiKey['rights'], { readonly name: string; readonly may: string }>> = {
  viewer: { name: 'Viewer', may: 'Sees everything, changes nothing: for monitoring and reports.' },
  administrator: {
    name: 'Administrator',
    may: 'Also changes what is in subscriptions: for deployment and policy in git.',
  },
  owner: { name: 'Owner', may: 'Also changes people, API keys and the subscriptions themselves.' },
};
