/** What the agent of a computer uses unless somebody says otherwise. */
const IS_WINDOWS = process.platform === 'win32';

export const DEFAULT_STATE_DIRECTORY = IS_WINDOWS
  ? `${process.env.ProgramData ?? 'C:\\ProgramData'}\\Causeway`
  : '/var/lib/causeway';
export const DEFAULT_ADAPTER = IS_WINDOWS ? 'Causeway' : 'causeway0';
