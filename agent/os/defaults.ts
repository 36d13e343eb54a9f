/** What the agent of a computer uses unless somebody says otherwise. */
export const DEFAULT_STATE_DIRECTORY = '/var/lib/causeway';
export const DEFAULT_ADAPTER = 'causeway0';
