/**
 * What the person has chosen, and where the window stood: kept by electron-store. Never a key or token. A
 * file that can not be read is put aside, and what can be read of one is kept.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Store from 'electron-store';
import { type Preferences, preferences as schema } from '../ipc/schema.ts';
import { DEFAULT_PLACE, type WindowPlace, windowPlace } from './window-place.ts';

interface Kept {
  preferences: Preferences;
  window: WindowPlace;
}

export const DEFAULT_PREFERENCES: Preferences = {
  language: 'system',
  colorScheme: 'system',
  startAtLogin: true,
  notifications: true,
};
const NAME = 'causeway-desktop';

export interface KeptPreferencesOptions {
  readonly directory: string;
  /** Takes a sentence for the log when the file could not be read. */
  readonly say: (sentence: string) => void;
}

export class KeptPreferences {
  readonly #store: Store<Kept>;
  /** Asked for every second; the store would read its file each time. */
  #preferences: Preferences;

  constructor({ directory, say }: KeptPreferencesOptions) {
    putAsideIfUnreadable(join(directory, `${NAME}.json`), say);
    this.#store = new Store<Kept>({
      name: NAME,
      cwd: directory,
      defaults: { preferences: DEFAULT_PREFERENCES, window: DEFAULT_PLACE },
      clearInvalidConfig: true,
    });
    this.#preferences = knownOf(this.#store.get('preferences'));
  }

  get(): Preferences {
    return this.#preferences;
  }

  set(preferences: Preferences): void {
    this.#preferences = preferences;
    this.#store.set('preferences', preferences);
  }

  get place(): WindowPlace {
    const read = windowPlace.safeParse(this.#store.get('window'));
    return read.success ? read.data : DEFAULT_PLACE;
  }

  set place(place: WindowPlace) {
    this.#store.set('window', place);
  }
}

function putAsideIfUnreadable(file: string, say: (sentence: string) => void): void {
  if (!existsSync(file)) return;
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof kept === 'object' && kept !== null && !Array.isArray(kept)) return;
  } catch {
    // Not JSON: put aside like anything else that is no settings file.
  }
  const aside = `${file}.unreadable`;
  renameSync(file, aside);
  say(`The preferences could not be read and begin anew; what was there is kept in ${aside}.`);
}

/** Choice by choice: one that nobody knows costs no other. */
function knownOf(kept: unknown): Preferences {
  const known = Object.entries(schema.shape).flatMap(([name, shape]) => {
    const read = shape.safeParse(typeof kept === 'object' && kept !== null ? Reflect.get(kept, name) : undefined);
    return read.success ? [[name, read.data]] : [];
  });
  return { ...DEFAULT_PREFERENCES, ...Object.fromEntries(known) };
}
