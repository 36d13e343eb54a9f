/**
 * Joins a Windows machine to its domain by Windows' own `Add-Computer`. A join there is complete after a
 * restart; the local administrators are set at the start that follows, when the domain can be asked.
 */
import { CausewayError, type ErrorCode } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { DomainSettings } from '../settings/role-settings.ts';
import type { DomainMachine, DomainMembership, JoinOptions } from './domain-join.ts';
import { type RunTool, runTool } from './domain-tools.ts';
import { computerName, passwordLine } from './join-settings.ts';
import { administratorsScript, joinScript, leaveScript, WINDOWS_CODES } from './windows-scripts.ts';

const POWERSHELL = {
  command: 'powershell.exe',
  package: 'powershell',
  purpose: 'join the domain',
} as const;

const REFUSALS: Readonly<Record<number, ErrorCode>> = {
  [WINDOWS_CODES.ACCESS_DENIED]: 'DOMAIN_JOIN_NOT_ALLOWED',
  [WINDOWS_CODES.FILE_NOT_FOUND]: 'DOMAIN_OU_MISSING',
  [WINDOWS_CODES.LOGON_FAILURE]: 'DOMAIN_PASSWORD_WRONG',
  [WINDOWS_CODES.NO_SUCH_DOMAIN]: 'DOMAIN_CONTROLLER_NOT_FOUND',
  [WINDOWS_CODES.TIME_SKEW]: 'DOMAIN_CLOCK_SKEWED',
  [WINDOWS_CODES.ACCOUNT_DISABLED]: 'DOMAIN_ACCOUNT_UNUSABLE',
  [WINDOWS_CODES.ACCOUNT_LOCKED_OUT]: 'DOMAIN_ACCOUNT_UNUSABLE',
  [WINDOWS_CODES.PASSWORD_EXPIRED]: 'DOMAIN_ACCOUNT_UNUSABLE',
};

/** @throws CausewayError DOMAIN_…, COMMAND_MISSING, TIMED_OUT */
export async function joinWindows(
  settings: DomainSettings,
  machine: DomainMachine,
  options: JoinOptions,
): Promise<DomainMembership> {
  const run = options.run ?? runTool;
  const account = computerName(machine.name);
  const perform = async (script: string, input: string, otherwise: ErrorCode) =>
    outcomeOf(await execute(run, script, input), { settings, account, otherwise });
  const done = await perform(joinScript(settings), passwordLine(settings), 'DOMAIN_JOIN_FAILED');
  const isNew = done === 'joined';
  if (isNew) options.log('The domain is joined; Windows completes it when it is restarted.');
  else if (settings.administrators.length > 0) {
    const set = await perform(administratorsScript(settings.administrators, settings.fqdn), '', 'DOMAIN_JOIN_FAILED');
    const name = /^unknown (.*)$/.exec(set)?.[1];
    if (name !== undefined) throw new CausewayError('DOMAIN_ADMINISTRATOR_UNKNOWN', { name, domain: settings.fqdn });
  }
  return {
    domain: settings.fqdn,
    account,
    controller: settings.controllerFqdn ?? settings.fqdn,
    isNew,
    administrators: isNew ? [] : settings.administrators,
    leave: async () => {
      await perform(leaveScript(settings), passwordLine(settings), 'DOMAIN_LEAVE_FAILED');
    },
    stop: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The script goes as an argument, which holds no secret; what it reads goes to its standard input. */
async function execute(run: RunTool, script: string, input: string): Promise<string> {
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  const { stdout, stderr } = await run(
    POWERSHELL,
    ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', encoded],
    { input, timeoutMs: LIMITS.DOMAIN_JOIN_TIMEOUT_MS.value },
  );
  return /^CAUSEWAY: (.*)$/m.exec(stdout)?.[1]?.trim() ?? `failed ${stderr.trim().split('\n').at(-1) ?? ''}`;
}

/** @throws CausewayError for `refused` and `failed` */
function outcomeOf(
  outcome: string,
  { settings, account, otherwise }: { settings: DomainSettings; account: string; otherwise: ErrorCode },
): string {
  const [, code, sentence] = /^(?:refused (\d+)|failed ?(.*))$/.exec(outcome) ?? [];
  if (code === undefined && sentence === undefined) return outcome;
  const details = {
    domain: settings.fqdn,
    account: settings.accountName,
    computer: account,
    ou: settings.ou ?? 'the default place for computers',
    cause: code === undefined ? (sentence ?? '') : `Windows says ${code}`,
    skew: 'more than five minutes',
  };
  throw new CausewayError(REFUSALS[Number(code)] ?? otherwise, details);
}
