/**
 * From what a check found, or why it could not, to the sentence that people read.
 */
import { asRefusal } from '#protocol/errors.ts';
import type { Check } from '#protocol/local-api.ts';

export interface Finding {
  /** One sentence. */
  readonly detail: string;
  /** What there is to know or do although it is well. */
  readonly remedy?: string;
}

export async function outcome(name: string, work: () => Finding | Promise<Finding>): Promise<Check> {
  try {
    const { detail, remedy = null } = await work();
    return { name, ok: true, detail, remedy };
  } catch (error) {
    const refusal = asRefusal(error);
    return { name, ok: false, detail: `${refusal.message} [${refusal.code}]`, remedy: refusal.remedy };
  }
}
