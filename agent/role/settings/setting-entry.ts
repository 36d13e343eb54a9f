/**
 * One setting as it was found: its name, its value as text, and where it stands. What the value means is
 * decided in one place for all sources (role-settings.ts).
 */
import { CausewayError } from '#protocol/errors.ts';
import { meantBy } from './misspelling.ts';
import { isSettingName, SETTING_NAMES, type SettingName } from './setting-names.ts';

export interface SettingEntry {
  readonly name: SettingName;
  /** A list only where the source has lists of its own. Perhaps secret. */
  readonly value: string | readonly string[];
  /** `web.cscfg:12`, or `The environment`: for people. */
  readonly place: string;
  /** As it is written there, with its prefix. */
  readonly written: string;
}

/** @throws CausewayError ROLE_SETTING_UNKNOWN, with what was probably meant */
export function knownSetting(bare: string, { place, written }: Pick<SettingEntry, 'place' | 'written'>): SettingName {
  if (isSettingName(bare)) return bare;
  const meant = meantBy(bare, SETTING_NAMES);
  const prefix = written.slice(0, written.length - bare.length);
  throw new CausewayError('ROLE_SETTING_UNKNOWN', {
    place,
    setting: written,
    remedy:
      meant === undefined
        ? `The settings are ${SETTING_NAMES.join(', ')}.`
        : `Write ${prefix}${meant} if that was meant.`,
  });
}

/** @throws CausewayError ROLE_SETTING_TWICE for one that an earlier of `entries` has */
export function refuseSecond(entries: readonly SettingEntry[], next: SettingEntry): void {
  if (!entries.some(({ name }) => name === next.name)) return;
  throw new CausewayError('ROLE_SETTING_TWICE', { place: next.place, setting: next.written });
}
