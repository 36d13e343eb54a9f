/** For which subscriptions the first steps are done, as far as this browser knows. */

const KEY = 'causeway-guide-done';
/** Whoever has as many computers as this needs no guide, whichever browser they use. */
const BEGINNERS_MACHINES = 10;

export function wantsGuide({ name, machines }: { readonly name: string; readonly machines: number }): boolean {
  return machines < BEGINNERS_MACHINES && !doneOnes().includes(name);
}

export function rememberGuideDone(subscription: string): void {
  const done = doneOnes();
  if (!done.includes(subscription)) localStorage.setItem(KEY, JSON.stringify([...done, subscription]));
}

function doneOnes(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
