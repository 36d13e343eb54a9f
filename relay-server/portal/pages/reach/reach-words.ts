/** What is said beside the server's answer. Pure. */
import type { Machine } from '../../api/shapes.ts';

/** Policy lets them; that one of them is off, it does not know. */
export function offlineWords(machines: readonly Pick<Machine, 'name' | 'online'>[]): string | null {
  const names = machines.filter(({ online }) => !online).map(({ name }) => name);
  if (names.length === 0) return null;
  return names.length === 1
    ? `But ${names[0]} is offline now: policy lets it, once it is back.`
    : `But ${names.join(' and ')} are offline now: policy lets them, once they are back.`;
}

/** The computers in no group: somebody has to choose one. */
export function placesToDecide(machines: readonly Machine[]): readonly Machine[] {
  return machines.filter(({ kind, group }) => kind === 'local-endpoint' && group === null);
}
