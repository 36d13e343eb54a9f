import { expect, it } from 'vitest';
import { WORDS } from '../words/use-words.ts';
import { checkTitle } from './check-titles.ts';

it.each([
  ['relay', 'Relay'],
  ['server key', 'Key of the server'],
  ['peer fs01', 'Answer of fs01'],
  ['something new', 'something new'],
  ['toString', 'toString'],
])('calls %s: %s', (name, title) => expect(checkTitle(name, WORDS.en)).toBe(title));
