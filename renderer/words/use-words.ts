/** The words of the language that the person has chosen. */
import { createContext, use } from 'react';
import type { Language } from '#electron/ipc/schema.ts';
import { DE } from './de.ts';
import { EN } from './en.ts';
import type { Words } from './words.ts';

export const WORDS: Readonly<Record<Language, Words>> = { en: EN, de: DE };

export const LanguageContext = createContext<Language>('en');

export function useWords(): { readonly words: Words; readonly language: Language } {
  const language = use(LanguageContext);
  return { words: WORDS[language], language };
}
