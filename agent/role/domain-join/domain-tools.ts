/**
 * The programs of Samba, MIT Kerberos and sudo that a join on Linux needs, and how they are run: bounded, without
 * a shell, and without those variables of the environment that may hold secrets of ours.
 *
 * `net` is used rather than adcli or realmd, because with winbind it is enough alone: it joins, verifies the
 * trust and looks users up, also in a container without D-Bus, systemd and SSSD, which the others need.
 */
import { LIMITS } from '#protocol/limits.ts';
import { type CommandResult, type Program, runBounded } from '../../os/command.ts';

export const NET: Program = { command: 'net', package: 'samba-common-bin', purpose: 'join the domain' };
export const WINBINDD: Program = { command: 'winbindd', package: 'winbind', purpose: 'look up users of the domain' };
export const WBINFO: Program = { command: 'wbinfo', package: 'winbind', purpose: 'look up users of the domain' };
export const VISUDO: Program = {
  command: 'visudo',
  package: 'sudo',
  purpose: 'make users of the domain administrators of this machine',
};
export const SYSTEMCTL: Program = { command: 'systemctl', package: 'systemd', purpose: 'start winbindd' };

export interface ToolOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** @throws CausewayError COMMAND_MISSING, TIMED_OUT */
export type RunTool = (tool: Program, args: readonly string[], options?: ToolOptions) => Promise<CommandResult>;

export const runTool: RunTool = (tool, args, { input, timeoutMs, environment } = {}) =>
  runBounded(tool, args, input, {
    timeoutMs: timeoutMs ?? LIMITS.DOMAIN_ASK_TIMEOUT_MS.value,
    environment: { ...withoutSecrets(process.env), ...environment },
  });

/** The environment for programs that have no business with the settings of the role. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('CAUSEWAY_')));
}

/** Samba reads a password from this descriptor; 0 is what we write to. The number is no secret. */
export const PASSWORD_ON_STDIN = { PASSWD_FD: '0' } as const;
