/**
 * The PowerShell scripts by which a Windows machine joins and leaves its domain. Pure text: every value is a
 * quoted literal, and the password is in none of them, but read from standard input.
 *
 * A script ends with what it found out as the last line, `CAUSEWAY: …`, because exit codes of powershell.exe and
 * sentences in the language of Windows say too little.
 */
import type { DomainSettings } from '../settings/role-settings.ts';

/** Windows' codes for people's mistakes (winerror.h), by which the scripts know a sentence in any language. */
export const WINDOWS_CODES = {
  ACCESS_DENIED: 5,
  FILE_NOT_FOUND: 2,
  LOGON_FAILURE: 1326,
  NO_SUCH_DOMAIN: 1355,
  TIME_SKEW: 1398,
  ACCOUNT_DISABLED: 1331,
  ACCOUNT_LOCKED_OUT: 1909,
  PASSWORD_EXPIRED: 1330,
} as const;

/** The group of local administrators by its number, as its name is translated. */
const ADMINISTRATORS_SID = 'S-1-5-32-544';
const NETLOGON = 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\Netlogon\\Parameters';

const PREAMBLE = [
  "$ErrorActionPreference = 'Stop'",
  'function Done($text) { [Console]::Out.WriteLine("CAUSEWAY: $text"); exit 0 }',
  'function Refused($record) {',
  '  $message = $record.Exception.Message',
  `  foreach ($code in ${Object.values(WINDOWS_CODES).join(', ')}) {`,
  '    if ($message.Contains((New-Object ComponentModel.Win32Exception $code).Message.TrimEnd("."))) { Done "refused $code" }',
  '  }',
  '  Done ("failed " + $message.Replace("`r", " ").Replace("`n", " "))',
  '}',
];

const CREDENTIAL = (account: string) => [
  '$password = ConvertTo-SecureString ([Console]::In.ReadLine()) -AsPlainText -Force',
  `$credential = New-Object Management.Automation.PSCredential (${quoted(account)}, $password)`,
];

/** Prints `joined`, `member` (it was already), `refused CODE` or `failed SENTENCE`. */
export function joinScript(settings: DomainSettings): string {
  const { fqdn, controllerFqdn, ou, siteName } = settings;
  return [
    ...PREAMBLE,
    ...CREDENTIAL(settings.accountName),
    'try {',
    ...(siteName === undefined
      ? []
      : [`  Set-ItemProperty -Path ${quoted(NETLOGON)} -Name SiteName -Type String -Value ${quoted(siteName)}`]),
    '  $system = Get-CimInstance Win32_ComputerSystem',
    `  if ($system.PartOfDomain -and $system.Domain -eq ${quoted(fqdn)}) { Done 'member' }`,
    `  $join = @{ DomainName = ${quoted(fqdn)}; Credential = $credential; Force = $true }`,
    ...(controllerFqdn === undefined ? [] : [`  $join.Server = ${quoted(controllerFqdn)}`]),
    ...(ou === undefined ? [] : [`  $join.OUPath = ${quoted(ou)}`]),
    '  Add-Computer @join',
    "  Done 'joined'",
    '} catch { Refused $_ }',
    '',
  ].join('\n');
}

/** Run after the restart that completes a join. Prints `set`, or `unknown NAME` for the first that is not found. */
export function administratorsScript(names: readonly string[], workgroupOrDomain: string): string {
  const accounts = names.map((name) => (/[\\@]/.test(name) ? name : `${workgroupOrDomain}\\${name}`));
  return [
    ...PREAMBLE,
    'try {',
    `  foreach ($name in @(${accounts.map(quoted).join(', ')})) {`,
    '    try { $sid = (New-Object Security.Principal.NTAccount $name).Translate([Security.Principal.SecurityIdentifier]) }',
    '    catch { Done "unknown $name" }',
    `    $members = Get-LocalGroupMember -SID ${quoted(ADMINISTRATORS_SID)}`,
    `    if ($members.SID -notcontains $sid) { Add-LocalGroupMember -SID ${quoted(ADMINISTRATORS_SID)} -Member $sid }`,
    '  }',
    "  Done 'set'",
    '} catch { Refused $_ }',
    '',
  ].join('\n');
}

/** Prints `left`, `refused CODE` or `failed SENTENCE`. Remove-Computer disables the account, which the directory keeps. */
export function leaveScript({ accountName }: Pick<DomainSettings, 'accountName'>): string {
  return [
    ...PREAMBLE,
    ...CREDENTIAL(accountName),
    'try {',
    '  Remove-Computer -UnjoinDomainCredential $credential -Force',
    "  Done 'left'",
    '} catch { Refused $_ }',
    '',
  ].join('\n');
}

/** A PowerShell literal in which nothing is special; the curly quotes count there as straight ones. */
export function quoted(text: string): string {
  return `'${text.replace(/['‘’‚‛]/g, (quote) => quote + quote)}'`;
}
