/**
 * The chain from this computer to its peers, from the near end, with the first link that does not hold. What
 * comes after it is not blamed: it waits. Pure.
 */
import type { DesktopState } from '#electron/ipc/schema.ts';
import { PART_ORDER, type Part, type PartName } from '#protocol/status.ts';

export type LinkName = PartName | 'agent';

export interface ChainLink {
  readonly name: LinkName;
  readonly state: 'ok' | 'failed' | 'pending' | 'waits';
  /** A few words of the agent's: the server's origin, the adapter's name. */
  readonly detail: string;
}

export interface BrokenLink {
  readonly name: LinkName;
  readonly error: NonNullable<Part['error']> | null;
  /** When it last held; null if never since the agent started. */
  readonly since: number | null;
}

export interface Chain {
  readonly links: readonly ChainLink[];
  readonly broken: BrokenLink | null;
}

export function chainOf(state: DesktopState): Chain {
  if (state.agent !== 'here') {
    const away = state.agent === 'away';
    return {
      links: [
        { name: 'agent', state: away ? 'failed' : 'pending', detail: '' },
        ...PART_ORDER.map((name): ChainLink => ({ name, state: 'waits', detail: '' })),
      ],
      broken: away ? { name: 'agent', error: state.error, since: state.since } : null,
    };
  }
  const { parts } = state.status;
  const failed = PART_ORDER.find((name) => parts[name].state === 'failed');
  let blocked = false;
  const links = PART_ORDER.map((name): ChainLink => {
    const { state: is, detail } = parts[name];
    const shown = is === 'off' || (blocked && is !== 'ok') ? 'waits' : is;
    blocked ||= name === failed;
    return { name, state: shown, detail };
  });
  const broken =
    failed === undefined ? null : { name: failed, error: parts[failed].error, since: parts[failed].provenAt };
  return { links: [{ name: 'agent', state: 'ok', detail: '' }, ...links], broken };
}

/** What the owner should know though it works: of parts, and beside them. */
export function warningsOf(state: DesktopState): readonly NonNullable<Part['error']>[] {
  if (state.agent !== 'here') return [];
  const { parts, notice } = state.status;
  const ofParts = PART_ORDER.flatMap((name) => {
    const { state: is, error } = parts[name];
    return is === 'ok' && error !== null ? [error] : [];
  });
  return notice ? [...ofParts, notice] : ofParts;
}
