/** What was last proven and how long ago; ticks. */
import { ageWords, timeWords } from '../ages.ts';
import type { Age } from '../status/truths.ts';
import { useNow } from '../ticking.ts';
import { useWords } from '../words/use-words.ts';

export function AgeLine({ age }: { readonly age: Age }) {
  const { words, language } = useWords();
  const now = useNow();
  if (age.type === 'never') return words.neverConfirmed;
  const ago = ageWords(age.at, now, language);
  return (
    <time dateTime={new Date(age.at).toISOString()}>
      {age.type === 'confirmed' ? words.confirmed(ago) : words.since(timeWords(age.at, now, language), ago)}
    </time>
  );
}

/** The age alone, within a sentence. */
export function useAge(at: number | null): string | null {
  const { language } = useWords();
  const now = useNow();
  return at === null ? null : ageWords(at, now, language);
}
