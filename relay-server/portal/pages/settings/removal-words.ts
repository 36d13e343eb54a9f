/** What goes with a subscription when it is removed, in sentences. Pure. */
import { countInWords } from '../../policy/machine-words.ts';

export interface Taken {
  /** Of both kinds. */
  readonly machines: number;
  readonly instances: number;
  readonly groups: number;
  readonly roles: number;
  readonly connections: number;
  /** Those that still let somebody in; a link's own token is no further one. */
  readonly tokens: number;
  readonly links: number;
  /** API keys that are for this subscription alone. */
  readonly keys: number;
}

/** Only what there is; nothing for an empty subscription. */
export function takenInWords(taken: Taken): string[] {
  const { machines, instances, groups, roles, connections, tokens, links, keys } = taken;
  const computers = machines - instances;
  const members = listed([computers, 'computer'], [instances, 'role instance']);
  const policy = listed([groups, 'group'], [roles, 'role'], [connections, 'connection']);
  const entrances = listed([tokens, 'activation token'], [links, 'install link']);
  return [
    ...(members === ''
      ? []
      : [
          `${members}: cut off at once. To be in a network again, each has to be activated anew, in another subscription.`,
        ]),
    ...(policy === '' ? [] : [`${policy}.`]),
    ...(entrances === '' ? [] : [`${entrances}: nobody gets in by them any more, wherever they were sent.`]),
    ...(keys === 0 ? [] : [`${countInWords(keys, 'API key')} for this subscription alone.`]),
  ];
}

/** "2 groups, 1 role and 3 connections", without those of which there are none. */
function listed(...things: readonly (readonly [count: number, one: string])[]): string {
  const words = things.filter(([count]) => count > 0).map(([count, one]) => countInWords(count, one));
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}
