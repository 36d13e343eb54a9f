/** The window put together: look, language, pages. */
import { MantineProvider } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect } from 'react';
import type { Language, Preferences } from '#electron/ipc/schema.ts';
import { WindowFrame } from './shell/window-frame.tsx';
import { StoreContext, useView } from './store/use-window.ts';
import type { WindowStore } from './store/window-store.ts';
import { cssVariables, theme } from './theme.ts';
import { LanguageContext } from './words/use-words.ts';

export interface AppProps {
  /** Of the style sheets that this page may write. */
  readonly nonce: string;
  readonly store: WindowStore;
}

export function App({ nonce, store }: AppProps) {
  return (
    <StoreContext value={store}>
      <Look nonce={nonce} />
    </StoreContext>
  );
}

function Look({ nonce }: { readonly nonce: string }) {
  const { preferences, systemLanguage } = useView();
  const scheme = useScheme(preferences?.colorScheme ?? 'system');
  const language = languageOf(preferences, systemLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      forceColorScheme={scheme}
      getStyleNonce={() => nonce}
    >
      <LanguageContext value={language}>
        <WindowFrame />
      </LanguageContext>
    </MantineProvider>
  );
}

function useScheme(wanted: Preferences['colorScheme']): 'light' | 'dark' {
  const systemIsDark = useMediaQuery('(prefers-color-scheme: dark)', false, { getInitialValueInEffect: false });
  if (wanted !== 'system') return wanted;
  return systemIsDark ? 'dark' : 'light';
}

/** Until main has said which: the browser's, which is the desktop's as a rule. */
function languageOf(preferences: Preferences | null, systemLanguage: Language | null): Language {
  const wanted = preferences?.language ?? 'system';
  if (wanted !== 'system') return wanted;
  return systemLanguage ?? (navigator.language.startsWith('de') ? 'de' : 'en');
}
