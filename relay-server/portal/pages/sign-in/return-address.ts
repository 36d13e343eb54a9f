/**
 * Where somebody wanted to go before they went to the identity provider, whose answer leads to the start
 * page whatever was wanted. Kept by the browser, for this tab alone and for one sign-in.
 */
import { localAddress } from '../../shell/local-address.ts';

const KEY = 'causeway-after-sign-in';

export function rememberReturn(to: string): void {
  sessionStorage.setItem(KEY, to);
}

export function wantedReturn(): string | undefined {
  return localAddress(sessionStorage.getItem(KEY));
}

export function forgetReturn(): void {
  sessionStorage.removeItem(KEY);
}
