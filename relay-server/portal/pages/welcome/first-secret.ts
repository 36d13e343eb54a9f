/**
 * The one-time secret of a first-run link. It stands behind `#`, which a browser never sends, and leaves
 * the address bar as soon as it is read: a picture of the screen or the history must not hold it.
 */
import { useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** @param text a link, or the secret alone; @returns undefined if there is none in it */
export function secretIn(text: string): string | undefined {
  return /(?:^|#)(cws_[\w-]{1,96})\s*$/.exec(text)?.[1];
}

/** @returns the secret, in memory only, and what puts in one that was pasted */
export function useFirstSecret(): readonly [string | undefined, (secret: string) => void] {
  const { hash, pathname } = useLocation();
  const given = secretIn(hash);
  const [secret, setSecret] = useState(given);
  useEffect(() => {
    // Also when another link is opened in a page that is there already: only the fragment changes then.
    if (given === undefined) return;
    setSecret(given);
    window.history.replaceState(window.history.state, '', pathname);
  }, [given, pathname]);
  return [secret, setSecret];
}
