/**
 * The part of the catalogue that the role plug-in refuses with. Taken in by errors.ts, from which everybody
 * has it. `{place}` is a file with its line, or an environment variable; no entry ever holds a setting's value,
 * which may be a secret.
 */
import type { CatalogueEntry } from './errors.ts';

export const ROLE_ERRORS = {
  ROLE_FILE_UNREADABLE: {
    what: 'The file {file} can not be read: {cause}.',
    remedy: 'Check the path, and that this user may read it.',
    http: 400,
  },
  ROLE_FILE_TOO_LARGE: {
    what: 'The file {file} is over the cap of {cap} bytes.',
    remedy: 'Check that it is the right file; a service configuration takes some kilobytes.',
    http: 400,
  },
  ROLE_FILE_MALFORMED: {
    what: '{place} is not {kind}: {issue}.',
    remedy: 'Correct the file there.',
    http: 400,
  },
  ROLE_FILE_UNSAFE: {
    what: '{place} has {construct}, which Causeway does not read: it could fetch other files or grow without bound.',
    remedy: 'Remove it and write what it stood for; the original’s files have none.',
    http: 400,
  },
  ROLE_SETTING_UNKNOWN: {
    what: '{place}: there is no setting {setting}.',
    remedy: '{remedy}',
    http: 400,
  },
  ROLE_SETTING_INVALID: {
    what: '{place}: the setting {setting} has to be {expected}.',
    remedy: 'Correct the value there, or leave it empty if it is not needed.',
    http: 400,
  },
  ROLE_SETTING_TWICE: {
    what: '{place}: the setting {setting} stands there a second time.',
    remedy: 'Remove one of the two.',
    http: 400,
  },
  ROLE_SETTING_MISSING: {
    what: 'The setting {setting} is missing: {reason}.',
    remedy: 'Set it in the service configuration or the YAML file, or as the environment variable {variable}.',
    http: 400,
  },
  ROLE_UNKNOWN: {
    what: '{file} has no role {role}; its roles are: {roles}.',
    remedy: 'Name one of them with `--role NAME`.',
    http: 400,
  },
  ROLE_NOT_NAMED: {
    what: '{file} has several roles: {roles}.',
    remedy: 'Say which of them this is an instance of, with `--role NAME`.',
    http: 400,
  },
  CONNECT_NOT_IMPORTED: {
    what: '{place}: the role {role} does not import the module Connect.',
    remedy: 'Add `<Import moduleName="Connect" />` to its <Imports>, or run the command without `causeway role`.',
    http: 400,
  },
  ROLE_TOKEN_NEEDED: {
    what: 'This activation token makes computers outside the cloud, not instances of a role.',
    remedy:
      'Make a token that is bound to the role, in the portal at the role’s page; the machine made by this one was removed again.',
    http: 400,
  },
  ROLE_NOT_CONNECTED: {
    what: '{cause} There was no connectivity within {seconds} s, so the command was not started.',
    remedy: '{remedy}',
    http: 504,
  },
  ROLE_USER_UNKNOWN: {
    what: 'This computer has no user {user}.',
    remedy: 'Name one of /etc/passwd with `--user NAME`, or give numbers: `--user UID:GID`.',
    http: 400,
  },
  ROLE_COMMAND_UNUSABLE: {
    what: 'The command {command} can not be run: {cause}.',
    remedy: 'Check its name and PATH; it stands behind `--`.',
    http: 400,
  },
} as const satisfies Record<string, CatalogueEntry>;
