/**
 * Calls of the window, answered: the name must be one of the schema's, the arguments must fit it, and
 * whatever goes wrong comes back in the catalogue's words. Knows no Electron, so that a fuzzer can knock
 * at every call.
 */
import type { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import { CALLS, type CallAnswer, type CallName, type CallResult } from '../ipc/schema.ts';

export type CallHandlers = {
  readonly [Name in CallName]: (args: z.output<(typeof CALLS)[Name]['args']>) => Promise<CallResult<Name>>;
};

/** Never rejects. @param onBug gets what was thrown that is no refusal; the window is only told that it was a bug. */
export async function answerCall(
  handlers: CallHandlers,
  name: unknown,
  args: unknown,
  onBug: (name: CallName, error: unknown) => void,
): Promise<CallAnswer> {
  if (typeof name !== 'string' || !isCall(name)) return refusal('no call of this name');
  const parsed = isPlain(args) ? CALLS[name].args.safeParse(args) : undefined;
  if (!parsed?.success) return refusal(`the arguments of ${name}`);
  try {
    const handler = handlers[name] as (args: unknown) => Promise<unknown>;
    return { ok: true, result: await handler(parsed.data) };
  } catch (error) {
    if (error instanceof CausewayError) return { ok: false, error: error.toWire() };
    onBug(name, error);
    return { ok: false, error: new CausewayError('INTERNAL', { issue: `a bug in ${name}` }).toWire() };
  }
}

function isCall(name: string): name is CallName {
  return Object.hasOwn(CALLS, name);
}

/** No Map, date or the like, which a schema without fields would take for an empty object. */
function isPlain(args: unknown): boolean {
  return typeof args === 'object' && args !== null && Object.getPrototypeOf(args) === Object.prototype;
}

function refusal(issue: string): CallAnswer {
  return { ok: false, error: new CausewayError('MESSAGE_MALFORMED', { issue }).toWire() };
}
