/** Holds what passes between main and window against the IPC schema, so that no double says what the application could not. */
import { CALLS, callAnswer, desktopEvent } from '#electron/ipc/schema.ts';

/** @returns what is wrong with an answer, or null */
export function wrongWithAnswer(name: unknown, answer: unknown): string | null {
  const checked = callAnswer.safeParse(answer);
  if (!checked.success) return `${name} is answered with what is no answer: ${checked.error.message}`;
  if (!checked.data.ok) return null;
  if (typeof name !== 'string' || !(name in CALLS)) return `${name} is no call, and was answered all the same`;
  const result = CALLS[name as keyof typeof CALLS].result.safeParse(checked.data.result);
  return result.success ? null : `${name} answers with what it may not: ${result.error.message}`;
}

/** @returns what is wrong with an event, or null */
export function wrongWithEvent(event: unknown): string | null {
  const checked = desktopEvent.safeParse(event);
  return checked.success ? null : `what was sent is no event: ${checked.error.message}`;
}
