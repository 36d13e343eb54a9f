/**
 * The settings of a role that stand in the environment. Variables that begin like ours and are none are left
 * alone (an orchestrator makes CAUSEWAY_PORT of a service named so), but for those that are nearly ours.
 */
import { CausewayError } from '#protocol/errors.ts';
import { meantBy } from './misspelling.ts';
import type { SettingEntry } from './setting-entry.ts';
import { SETTING_NAMES, variableOf } from './setting-names.ts';

/** @throws CausewayError ROLE_SETTING_UNKNOWN */
export function settingsOfEnvironment(environment: Readonly<Record<string, string | undefined>>): SettingEntry[] {
  const ours = SETTING_NAMES.map(variableOf);
  for (const variable of Object.keys(environment)) refuseMisspelt(variable, ours);
  return SETTING_NAMES.flatMap((name) => {
    const written = variableOf(name);
    const value = environment[written];
    return value === undefined ? [] : [{ name, value, place: 'The environment', written }];
  });
}

function refuseMisspelt(variable: string, ours: readonly string[]): void {
  if (!variable.startsWith('CAUSEWAY_') || ours.includes(variable)) return;
  const meant = meantBy(variable, ours);
  if (meant === undefined) return;
  throw new CausewayError('ROLE_SETTING_UNKNOWN', {
    place: 'The environment',
    setting: variable,
    remedy: `Call the variable ${meant} if that was meant.`,
  });
}
