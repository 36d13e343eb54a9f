/**
 * All the settings of a role instance from all their sources: the original's two files, a YAML file, the
 * environment.
 */
import { resolve } from 'node:path';
import { settingsOfEnvironment } from './environment.ts';
import { readRoleFile } from './role-file.ts';
import { type RoleSettings, roleSettings, secretFiles } from './role-settings.ts';
import { readServiceConfiguration } from './service-configuration.ts';
import { readServiceDefinition } from './service-definition.ts';
import type { SettingEntry } from './setting-entry.ts';
import { readSettingsFile } from './settings-file.ts';

export interface SettingSources {
  /** A .csdef file. */
  readonly serviceDefinition?: string | undefined;
  /** A .cscfg file. */
  readonly serviceConfiguration?: string | undefined;
  /** A YAML file. */
  readonly settingsFile?: string | undefined;
  readonly role?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface NamedSettings {
  /** The role's name as far as anybody has said it. */
  readonly role: string | undefined;
  readonly settings: RoleSettings;
}

/** @throws CausewayError ROLE_FILE_…, ROLE_SETTING_…, ROLE_UNKNOWN, ROLE_NOT_NAMED, CONNECT_NOT_IMPORTED */
export async function readSettings(from: SettingSources): Promise<NamedSettings> {
  const defined =
    from.serviceDefinition === undefined ? from.role : await readServiceDefinition(from.serviceDefinition, from.role);
  const configured =
    from.serviceConfiguration === undefined
      ? undefined
      : await readServiceConfiguration(from.serviceConfiguration, defined);
  const sources = [
    settingsOfEnvironment(from.environment),
    from.settingsFile === undefined ? [] : await readSettingsFile(from.settingsFile),
    configured?.settings ?? [],
  ];
  const secrets = await Promise.all(secretFiles(sources).map(readSecret));
  return { role: configured?.name ?? defined, settings: roleSettings([...sources, secrets]) };
}

/** The line break that editors put at the end of a file is no part of a secret. */
async function readSecret({ name, entry }: ReturnType<typeof secretFiles>[number]): Promise<SettingEntry> {
  const file = resolve(String(entry.value));
  const text = await readRoleFile(file, 'a file with a secret');
  return { name, value: text.replace(/\r?\n$/, ''), place: file, written: entry.written };
}
