/** What the application needs of the desktop that it runs on: Electron's part, as one interface. */
import type { CallResult, DesktopEvent, Preferences } from '../ipc/schema.ts';
import type { Notice } from './notices.ts';

export interface Surroundings {
  /** Sends to the window, if there is one. */
  send(event: DesktopEvent): void;
  copy(text: string): Promise<void>;
  /** Asks where to, and writes there. @returns the path; null if the person thought better of it */
  save(suggestedName: string, text: string): Promise<string | null>;
  /** Opens an address in the program that is for it. */
  open(address: string): Promise<void>;
  notify(notice: Notice): void;
  about(): Omit<CallResult<'about'>, 'agentVersion'>;
  readonly preferences: {
    get(): Preferences;
    set(preferences: Preferences): void;
  };
}
