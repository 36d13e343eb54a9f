/**
 * Makes a role instance a member of an Active Directory domain, once it has connectivity. The rest of the
 * role plug-in knows of domains what stands here; how it is done is each system's own.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { DomainSettings } from '../settings/role-settings.ts';
import type { RunTool } from './domain-tools.ts';
import { joinLinux } from './linux-join.ts';
import { joinWindows } from './windows-join.ts';

export interface DomainMachine {
  /** The host's own; the computer account is called after it, and is found again by it. */
  readonly name: string;
  /** Its overlay addresses, which the domain's DNS is told. */
  readonly addresses: readonly string[];
}

export interface JoinOptions {
  /** Private; the files that the join changes are kept there. */
  readonly stateDirectory: string;
  /** What people should know, and goes on all the same. */
  readonly log: (message: string) => void;
  readonly run?: RunTool;
}

export interface DomainMembership extends AsyncDisposable {
  readonly domain: string;
  /** The computer account's name, `WEB-1`. */
  readonly account: string;
  readonly controller: string;
  /** Whether it joined just now; an instance that was only restarted still is a member. */
  readonly isNew: boolean;
  /** Those of the settings, found in the domain. */
  readonly administrators: readonly string[];
  /**
   * Removes the account from the directory, and gives the machine's files back.
   * @throws CausewayError DOMAIN_LEAVE_FAILED, DOMAIN_PASSWORD_WRONG, DOMAIN_JOIN_NOT_ALLOWED; can be repeated
   */
  leave(): Promise<void>;
  /** Ends what runs for the membership, which stays. */
  stop(): Promise<void>;
}

/** @throws CausewayError DOMAIN_…, COMMAND_MISSING, TIMED_OUT */
export async function joinDomain(
  settings: DomainSettings,
  machine: DomainMachine,
  options: JoinOptions,
  platform: NodeJS.Platform = process.platform,
): Promise<DomainMembership> {
  if (platform === 'linux') return joinLinux(settings, machine, options);
  if (platform === 'win32') return joinWindows(settings, machine, options);
  throw new CausewayError('DOMAIN_JOIN_UNSUPPORTED', { issue: `Causeway knows no way to do it on ${platform}` });
}
