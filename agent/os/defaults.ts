/** What the agent of a computer uses unless somebody says otherwise. */
const { stateDirectory, adapter } = defaultsOf(process.platform);

export const DEFAULT_STATE_DIRECTORY = stateDirectory;
export const DEFAULT_ADAPTER = adapter;

function defaultsOf(platform: NodeJS.Platform): { stateDirectory: string; adapter: string } {
  if (platform === 'win32') {
    return { stateDirectory: `${process.env.ProgramData ?? 'C:\\ProgramData'}\\Causeway`, adapter: 'Causeway' };
  }
  // macOS numbers interfaces itself: the next that is free.
  if (platform === 'darwin') return { stateDirectory: '/Library/Application Support/Causeway', adapter: 'utun' };
  return { stateDirectory: '/var/lib/causeway', adapter: 'causeway0' };
}
