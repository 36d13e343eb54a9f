/**
 * What is dark: the page, as the person has chosen, and the desktop around it, as it is set. Once somebody has
 * chosen, Electron speaks of the choice alone; how the desktop was before is remembered for the icon's panel.
 */
import type { NativeTheme } from 'electron';
import type { Preferences } from '../ipc/schema.ts';

type Theme = Pick<NativeTheme, 'on' | 'shouldUseDarkColors' | 'themeSource'>;

/** Of the page's canvas (renderer/theme.ts): what stands in the window before the page does. */
const GROUNDS = { light: '#f4f7f8', dark: '#11161c' };

export class ColorScheme {
  readonly #theme: Theme;
  #desktopIsDark: boolean;

  /** To be made before anybody else listens to the theme. */
  constructor(theme: Theme) {
    this.#theme = theme;
    this.#desktopIsDark = theme.shouldUseDarkColors;
    theme.on('updated', () => this.#look());
  }

  get desktopIsDark(): boolean {
    return this.#desktopIsDark;
  }

  get ground(): string {
    return GROUNDS[this.#theme.shouldUseDarkColors ? 'dark' : 'light'];
  }

  choose(scheme: Preferences['colorScheme']): void {
    // Each setting draws every window anew.
    if (this.#theme.themeSource === scheme) return;
    this.#theme.themeSource = scheme;
    this.#look();
  }

  #look(): void {
    if (this.#theme.themeSource === 'system') this.#desktopIsDark = this.#theme.shouldUseDarkColors;
  }
}
