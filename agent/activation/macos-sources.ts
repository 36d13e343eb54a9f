/**
 * The places of tokens on macOS: a managed preference, which a device management system sets by a profile; the
 * environment, which launchd sets; and the file that the installation takes from beside the application in its disk
 * image (build/macos/install.sh). Disk images have no command line, and no name that the agent would learn.
 */
import { existsSync } from 'node:fs';
import { type Program, type RunCommand, runCommand } from '../os/command.ts';
import { type OwnPlaces, ownTokenSources } from './linux-sources.ts';
import type { TokenSource } from './token-sources.ts';

/** Written by macOS alone, as a binary property list as a rule; read by everybody. */
const POLICY_FILE = '/Library/Managed Preferences/org.causeway.agent.plist';
const KEY = 'ActivationToken';
const PLUTIL: Program = { command: '/usr/bin/plutil', package: 'macOS', purpose: 'read managed preferences' };

export function macTokenSources(
  places: OwnPlaces,
  { policyFile = POLICY_FILE, run = runCommand }: { policyFile?: string; run?: RunCommand } = {},
): TokenSource[] {
  const where = `${policyFile}, ${KEY}`;
  return [
    { kind: 'policy', where, read: () => managedToken(policyFile, run), wipe: async () => undefined },
    ...ownTokenSources(places),
  ];
}

/** @throws Error when there is such a file and it can not be read: a policy is not passed over */
async function managedToken(path: string, run: RunCommand): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  // Without `-o -` plutil(1) would write what it found over the file.
  const { code, stdout, stderr } = await run(PLUTIL, ['-extract', KEY, 'raw', '-expect', 'string', '-o', '-', path]);
  if (code === 0) return stdout.trim();
  const said = `${stdout}${stderr}`.trim();
  if (/No value at that key path/i.test(said)) return undefined;
  throw new Error(`${path} can not be read: ${said}`);
}
