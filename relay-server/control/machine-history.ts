/**
 * What became of a machine, newest first: what the store's history has of it, what came and went and is
 * not written yet, and what the audit says of it. What both of the latter tell is told once.
 */
import type { z } from 'zod';
import { LIMITS } from '#protocol/limits.ts';
import type { historyEntry } from '#protocol/rest/machines.ts';
import type { AuditRecord, HistoryRecord, MachineRecord } from '../store/records.ts';
import type { SessionContext } from './session.ts';

type Told = Pick<HistoryRecord, 'at' | 'what' | 'sentence'>;
type Entry = Pick<AuditRecord, 'at' | 'action' | 'by' | 'before' | 'after'>;

/** Within this, history and audit speak of the same thing. */
const SAME_MS = 1_000;

export async function machineHistory(
  context: SessionContext,
  machine: MachineRecord,
): Promise<z.infer<typeof historyEntry>[]> {
  const { history } = context.store;
  const [written, audited] = await Promise.all([history.of(machine.id), history.auditOf(machine.id)]);
  const told: Told[] = [...context.sightings.historyOf(machine.id), ...written];
  const more = audited.map(fromAudit).filter(({ at, what }) => {
    return !told.some((other) => other.what === what && Math.abs(other.at - at) < SAME_MS);
  });
  return [...told, ...more]
    .sort((a, b) => b.at - a.at)
    .slice(0, LIMITS.MACHINE_HISTORY_MAX.value)
    .map(({ at, what, sentence }) => ({ at: new Date(at).toISOString(), what, sentence }));
}

function fromAudit({ at, action, by, before, after }: Entry): Told {
  const changed = (key: string) => after !== null && key in after && after[key] !== before?.[key];
  if (action === 'machine.activate') return { at, what: 'activated', sentence: `Activated from ${by.address}.` };
  if (changed('disabled')) {
    return after?.disabled === true
      ? { at, what: 'disabled', sentence: `${by.name} disabled it.` }
      : { at, what: 'enabled', sentence: `${by.name} enabled it.` };
  }
  if (changed('group')) {
    const to = typeof after?.group === 'string' ? `moved it to the group ${after.group}` : 'took it out of its group';
    return { at, what: 'moved', sentence: `${by.name} ${to}.` };
  }
  if (changed('name')) return { at, what: 'renamed', sentence: `${by.name} renamed it to ${String(after?.name)}.` };
  return { at, what: 'changed', sentence: `${by.name} changed it (${action}).` };
}
