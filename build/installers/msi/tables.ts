/**
 * What an installer needs beside what wixl writes, as queries for msibuild: properties that are handed to the
 * elevated part and kept out of logs, the command in the PATH, who may read the token, and what happens when
 * the service ends. Each table as the documentation of Windows Installer has it. Pure.
 */

import { NODE_FILE, SETTINGS_KEY } from './wxs.ts';

/** SYSTEM and administrators: what is in there is a secret until the agent has used it. */
const ADMINISTRATORS_ONLY = 'D:PAI(A;CI;KA;;;SY)(A;CI;KA;;;BA)';
/**
 * A condition: not when a newer version takes the place of this one. Windows says so by a property; Wine does
 * not, and there it is seen by the version that is installed by then.
 */
const ON_REMOVAL = 'REMOVE~="ALL" AND NOT UPGRADINGPRODUCTCODE AND INSTALLEDVERSION = ProductVersion';
/** Of a registry search: HKEY_LOCAL_MACHINE; a value as it is, in the registry of 64 bit. */
const [LOCAL_MACHINE, RAW_VALUE_64] = [2, 2 + 16];
/** Types of actions: deferred, without impersonation, whatever comes of it. */
const ELEVATED = 1024 + 2048 + 64;
const [INSTALLED_PROGRAM, COMMAND_IN_DIRECTORY] = [18, 34];
const SAY_GOODBYE = '"[INSTALLDIR]lib\\causeway.js" down --forget';
const REMOVE_STATE = '"[System64Folder]cmd.exe" /c rmdir /s /q "[CommonAppDataFolder]Causeway"';
const TEXT = (name: string, length: number, more = '') => `\`${name}\` CHAR(${length})${more}`;

/** @param settingsRow a row of the table Registry in the key with the token */
export function queriesFor(settingsRow: string): string[] {
  return [
    // Named here: a token that came from the command line must not stand in the log, nor end at the prompt.
    `INSERT INTO \`Property\` (\`Property\`, \`Value\`) VALUES ('MsiHiddenProperties', 'ACTIVATIONTOKEN')`,
    `UPDATE \`Property\` SET \`Value\` = 'WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED;ACTIVATIONTOKEN' WHERE \`Property\` = 'SecureCustomProperties'`,
    `INSERT INTO \`Property\` (\`Property\`, \`Value\`) VALUES ('ARPNOMODIFY', '1')`,
    // The one before stays until the new one is there: what both have is never removed.
    `UPDATE \`InstallExecuteSequence\` SET \`Sequence\` = 6700 WHERE \`Action\` = 'RemoveExistingProducts'`,
    `INSERT INTO \`RegLocator\` (\`Signature_\`, \`Root\`, \`Key\`, \`Name\`, \`Type\`) VALUES ('InstalledVersion', ${LOCAL_MACHINE}, '${SETTINGS_KEY}', 'Version', ${RAW_VALUE_64})`,
    `INSERT INTO \`AppSearch\` (\`Property\`, \`Signature_\`) VALUES ('INSTALLEDVERSION', 'InstalledVersion')`,
    `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Sequence\`) VALUES ('AppSearch', 50)`,
    // Not in what wixl reads: it sets them in one order or another, as memory falls.
    ...action('SayGoodbye', INSTALLED_PROGRAM, NODE_FILE, SAY_GOODBYE, 1890),
    ...action('RemoveState', COMMAND_IN_DIRECTORY, 'TARGETDIR', REMOVE_STATE, 3450),
    `CREATE TABLE \`Environment\` (${TEXT('Environment', 72, ' NOT NULL')}, ${TEXT('Name', 255, ' NOT NULL LOCALIZABLE')}, ${TEXT('Value', 255, ' LOCALIZABLE')}, ${TEXT('Component_', 72, ' NOT NULL')} PRIMARY KEY \`Environment\`)`,
    `INSERT INTO \`Environment\` (\`Environment\`, \`Name\`, \`Value\`, \`Component_\`) VALUES ('Path', '=-*PATH', '[~];[INSTALLDIR]bin', 'Settings')`,
    `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Sequence\`) VALUES ('WriteEnvironmentStrings', 5200)`,
    `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Sequence\`) VALUES ('RemoveEnvironmentStrings', 3300)`,
    `CREATE TABLE \`MsiLockPermissionsEx\` (${TEXT('MsiLockPermissionsEx', 72, ' NOT NULL')}, ${TEXT('LockObject', 72, ' NOT NULL')}, ${TEXT('Table', 32, ' NOT NULL')}, ${TEXT('SDDLText', 0, ' NOT NULL')}, ${TEXT('Condition', 255)} PRIMARY KEY \`MsiLockPermissionsEx\`)`,
    `INSERT INTO \`MsiLockPermissionsEx\` (\`MsiLockPermissionsEx\`, \`LockObject\`, \`Table\`, \`SDDLText\`) VALUES ('Settings', '${settingsRow}', 'Registry', '${ADMINISTRATORS_ONLY}')`,
  ];
}

function action(name: string, kind: number, source: string, target: string, sequence: number): string[] {
  return [
    `INSERT INTO \`CustomAction\` (\`Action\`, \`Type\`, \`Source\`, \`Target\`) VALUES ('${name}', ${kind + ELEVATED}, '${source}', '${target}')`,
    `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Condition\`, \`Sequence\`) VALUES ('${name}', '${ON_REMOVAL}', ${sequence})`,
  ];
}
