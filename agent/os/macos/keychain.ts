/**
 * A key of this computer in the System Keychain, by which the agent's private keys are sealed on the disk.
 *
 * By the program `security` and not by Security.framework: an item trusts the program that made it, which would be
 * this Node, and an agent that comes with another Node after an update would be asked for a password that nobody
 * is there to type; `security` stays the same. It is told the key by its standard input (`-i`) and tells it by
 * its output, so the key stands in no process' arguments. Daemons have no other keychain than the one in a file
 * (Apple's technical note TN3137), and only root opens this one.
 */
import { randomBytes } from 'node:crypto';
import { CausewayError } from '#protocol/errors.ts';
import { type Program, type RunCommand, runCommand } from '../command.ts';

const SECURITY: Program = { command: '/usr/bin/security', package: 'macOS', purpose: 'seal its keys' };
const KEYCHAIN = '/Library/Keychains/System.keychain';
const ITEM = ['-s', 'org.causeway.agent', '-a', 'state'] as const;
/** security(1) ends with the lower byte of errSecItemNotFound (-25300). */
const NOT_FOUND = 44;
const KEY_BYTES = 32;

/** @returns undefined when there is none @throws CausewayError KEYCHAIN_REFUSED, TIMED_OUT */
export async function findSealingKey(run: RunCommand = runCommand): Promise<Uint8Array | undefined> {
  const { code, stdout, stderr } = await run(SECURITY, ['find-generic-password', ...ITEM, '-w', KEYCHAIN]);
  if (code === NOT_FOUND) return undefined;
  if (code !== 0) throw refused(stderr);
  const key = Buffer.from(stdout.trim(), 'hex');
  if (key.length !== KEY_BYTES) throw refused('the item org.causeway.agent is not what the agent put there');
  return key;
}

/** That of before, if there is one. @throws CausewayError KEYCHAIN_REFUSED, TIMED_OUT */
export async function makeSealingKey(run: RunCommand = runCommand): Promise<Uint8Array> {
  const before = await findSealingKey(run);
  if (before !== undefined) return before;
  const key = randomBytes(KEY_BYTES);
  const words = ['add-generic-password', ...ITEM, '-l', 'Causeway', '-w', key.toString('hex'), KEYCHAIN];
  const { stderr } = await run(SECURITY, ['-i'], `${words.join(' ')}\n`);
  // What a command of `-i` came to is not in the exit code of every version, so it is asked for.
  const kept = await findSealingKey(run);
  if (kept === undefined || !key.equals(kept)) throw refused(stderr);
  return kept;
}

function refused(stderr: string): CausewayError {
  const [cause = ''] = stderr.trim().split('\n');
  return new CausewayError('KEYCHAIN_REFUSED', { cause: cause === '' ? 'it keeps nothing' : cause });
}
