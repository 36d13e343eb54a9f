/**
 * Refused sign-ins for the audit, gathered: a guesser with a thousand tries a second must not fill the
 * table. One entry tells of all tries of one address at one name within half a minute. Names that
 * belong to nobody are not written down: people type their password into the wrong field.
 */
import type { Logger } from 'pino';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../../clock.ts';
import type { AuditStore } from '../../store/audit-store.ts';
import type { Actor, AuditRecord, PersonRecord } from '../../store/records.ts';
import { type AuditIds, auditEntry } from '../audit.ts';

const WRITE_AFTER_MS = 30_000;

export type RefusedWhat = 'session.refuse' | 'first-secret.refuse';
type Target = AuditRecord['target'];

interface Gathered {
  readonly what: RefusedWhat;
  readonly address: string;
  readonly target: Target;
  times: number;
}

export class Refusals {
  readonly #audit: AuditStore;
  readonly #context: { readonly clock: Clock; readonly auditIds: AuditIds };
  readonly #logger: Logger;
  #gathered = new Map<string, Gathered>();
  #cancel: (() => void) | undefined;

  constructor(around: { audit: AuditStore; clock: Clock; auditIds: AuditIds; logger: Logger }) {
    this.#audit = around.audit;
    this.#context = around;
    this.#logger = around.logger;
  }

  /** @param person whose name was given, if there is one of that name. */
  add(what: RefusedWhat, address: string, person?: PersonRecord): void {
    const key = `${what} ${address} ${person?.id ?? ''}`;
    const target = person === undefined ? null : { kind: 'person', id: person.id, name: person.name };
    const full = this.#gathered.size >= LIMITS.REFUSALS_GATHERED_MAX.value && !this.#gathered.has(key);
    const [slot, entry] = full
      ? [what, { what, address: '', target: null, times: 0 }]
      : [key, { what, address, target, times: 0 }];
    const gathered = this.#gathered.get(slot) ?? entry;
    gathered.times++;
    this.#gathered.set(slot, gathered);
    this.#cancel ??= this.#context.clock.after(WRITE_AFTER_MS, () => void this.flush());
  }

  /** Never rejects: what can not be written is counted in the log. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const gathered = [...this.#gathered.values()];
    this.#gathered = new Map();
    if (gathered.length === 0) return;
    try {
      await this.#audit.append(gathered.map((one) => this.#entryOf(one)));
    } catch (error) {
      this.#logger.warn({ err: error, entries: gathered.length }, 'refused sign-ins could not be written down');
    }
  }

  #entryOf({ what, address, target, times }: Gathered): AuditRecord {
    const by: Actor = { kind: 'nobody', id: '', name: '', address };
    return auditEntry(this.#context, by, what, { target, after: { times } });
  }
}
