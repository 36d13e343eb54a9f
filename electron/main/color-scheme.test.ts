import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { ColorScheme } from './color-scheme.ts';

class Theme extends EventEmitter {
  settings = 0;
  desktopIsDark = false;
  #source: 'system' | 'light' | 'dark' = 'system';

  get themeSource() {
    return this.#source;
  }
  set themeSource(source) {
    this.settings += 1;
    this.#source = source;
    this.emit('updated');
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'system' ? this.desktopIsDark : this.#source === 'dark';
  }
  becomes(dark: boolean): void {
    this.desktopIsDark = dark;
    this.emit('updated');
  }
}

function made(desktopIsDark = false) {
  const theme = new Theme();
  theme.desktopIsDark = desktopIsDark;
  return { theme, scheme: new ColorScheme(theme as never) };
}

test('the page is as chosen, the desktop as it was', () => {
  const { theme, scheme } = made(true);
  scheme.choose('light');
  expect(theme.shouldUseDarkColors).toBe(false);
  expect(scheme.desktopIsDark).toBe(true);
  expect(scheme.ground).toBe('#f4f7f8');
});

test('both follow the desktop while nobody has chosen, and again when somebody gives the choice back', () => {
  const { theme, scheme } = made();
  theme.becomes(true);
  expect([scheme.desktopIsDark, scheme.ground]).toEqual([true, '#11161c']);
  scheme.choose('dark');
  theme.becomes(false);
  expect(scheme.desktopIsDark).toBe(true);
  scheme.choose('system');
  expect(scheme.desktopIsDark).toBe(false);
});

test('a choice that stands already draws nothing anew', () => {
  const { theme, scheme } = made();
  scheme.choose('system');
  scheme.choose('dark');
  scheme.choose('dark');
  expect(theme.settings).toBe(1);
});
