/**
 * From what `causeway diagnose` shows to what is sent to the server. Pure.
 */
import type { DiagnosticCheck } from '#protocol/diagnostics.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check } from '#protocol/local-api.ts';

const NAME_MAX = 80;
const SENTENCE_MAX = 500;

export function diagnosticsOf(checks: readonly Check[]): DiagnosticCheck[] {
  return checks.slice(0, LIMITS.DIAGNOSTIC_CHECKS_MAX.value).map(({ name, ok, detail, remedy }) => ({
    name: clip(name, NAME_MAX),
    result: ok ? 'ok' : 'failed',
    sentence: clip(detail, SENTENCE_MAX),
    remedy: remedy === null ? null : clip(remedy, SENTENCE_MAX),
  }));
}

function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
