/** What is known of an activation token while it is being typed, before anybody is asked. Pure. */
import { decodeToken } from '#protocol/token.ts';

const PREFIX = 'cwt1_';
/** A token is never shorter: 73 bytes and an address. */
const LEAST_CHARACTERS = 110;

export type TokenCheck =
  | { readonly is: 'empty' }
  /** So far so good. */
  | { readonly is: 'begun' }
  /** Something else altogether. */
  | { readonly is: 'no-token' }
  | { readonly is: 'mistyped' }
  | { readonly is: 'good'; readonly token: string; readonly server: string };

export function checkToken(text: string): TokenCheck {
  const bare = text.replace(/\s+/g, '');
  if (bare === '') return { is: 'empty' };
  if (PREFIX.startsWith(bare)) return { is: 'begun' };
  if (!bare.startsWith(PREFIX)) return { is: 'no-token' };
  if (!/^[\w-]*$/.test(bare)) return { is: 'mistyped' };
  try {
    return { is: 'good', token: bare, server: decodeToken(bare).server };
  } catch {
    return { is: bare.length < LEAST_CHARACTERS ? 'begun' : 'mistyped' };
  }
}
