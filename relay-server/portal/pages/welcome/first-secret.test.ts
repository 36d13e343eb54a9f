import { expect, test } from 'vitest';
import { secretIn } from './first-secret.ts';

test.each([
  'cws_SwoR9x4Krd-cAA0fB5YrPx2MIEg',
  '#cws_SwoR9x4Krd-cAA0fB5YrPx2MIEg',
  'https://relay.contoso.com/welcome#cws_SwoR9x4Krd-cAA0fB5YrPx2MIEg\n',
])('%j holds a secret', (text) => {
  expect(secretIn(text)).toBe('cws_SwoR9x4Krd-cAA0fB5YrPx2MIEg');
});

test.each(['', 'main', 'https://relay.contoso.com/welcome', 'cwt1_AbTC', 'cws_'])('%j holds none', (text) => {
  expect(secretIn(text)).toBeUndefined();
});
