/** What the person has chosen, and where the window stood: kept by electron-store. Never a key or token. */
import Store from 'electron-store';
import { type Preferences, preferences as schema } from '../ipc/schema.ts';

export interface WindowPlace {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
}

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
export const DEFAULT_PLACE: WindowPlace = { width: 420, height: 640 };

export class KeptPreferences {
  readonly #store = new Store<Kept>({
    name: 'causeway-desktop',
    defaults: { preferences: DEFAULT_PREFERENCES, window: DEFAULT_PLACE },
    clearInvalidConfig: true,
  });

  get(): Preferences {
    const read = schema.safeParse({ ...DEFAULT_PREFERENCES, ...this.#store.get('preferences') });
    return read.success ? read.data : DEFAULT_PREFERENCES;
  }

  set(preferences: Preferences): void {
    this.#store.set('preferences', preferences);
  }

  get place(): WindowPlace {
    return this.#store.get('window');
  }

  set place(place: WindowPlace) {
    this.#store.set('window', place);
  }
}
