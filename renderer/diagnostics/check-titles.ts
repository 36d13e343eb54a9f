/** What the agent's checks are called in the window. Pure. */
import type { Words } from '../words/words.ts';

/** @param name as the agent says; a check that this window does not know keeps that name */
export function checkTitle(name: string, words: Words): string {
  const { checks } = words.diagnostics;
  if (name.startsWith('peer ')) return checks.peer(name.slice('peer '.length));
  if (isPart(name, words)) return words.chain.parts[name];
  return Object.hasOwn(checks.named, name) ? (checks.named[name] ?? name) : name;
}

function isPart(name: string, words: Words): name is keyof Words['chain']['parts'] {
  return Object.hasOwn(words.chain.parts, name);
}
