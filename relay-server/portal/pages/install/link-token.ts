/**
 * The token of the install link that somebody followed. It stands behind the `#`, which no browser sends;
 * here it is also taken out of the address, so that neither the history nor a picture of the screen has
 * it. The tab remembers it until it is closed, or a page that is loaded again would have lost it.
 */
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { tokenBehind } from './commands.ts';

/** @returns undefined when the address had none, or only a part of one */
export function useLinkToken(link: string): string | undefined {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState(() => (hash === '' ? remembered(link) : tokenBehind(hash)));
  useEffect(() => {
    if (hash === '') return;
    const found = tokenBehind(hash);
    setToken(found);
    if (found === undefined) return;
    remember(link, found);
    void navigate({ to: '/install/$link', params: { link }, hash: '', replace: true });
  }, [link, hash, navigate]);
  return token;
}

function keyOf(link: string): string {
  return `causeway-install-${link}`;
}

function remembered(link: string): string | undefined {
  try {
    return tokenBehind(sessionStorage.getItem(keyOf(link)) ?? '');
  } catch {
    return undefined; // a browser that is told to store nothing
  }
}

function remember(link: string, token: string): void {
  try {
    sessionStorage.setItem(keyOf(link), token);
  } catch {
    // Then the link has to be opened again after a reload.
  }
}
