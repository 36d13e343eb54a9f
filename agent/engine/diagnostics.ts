/**
 * What `causeway diagnose` finds, for an administrator who asked for it in the portal.
 */
import type { DiagnosticCheck } from '#protocol/diagnostics.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check } from '#protocol/local-api.ts';

export interface DiagnosticsOptions {
  /** Looks at every link of the chain; takes some seconds. */
  readonly diagnose: () => Promise<readonly Check[]>;
  readonly send: (checks: DiagnosticCheck[]) => Promise<unknown>;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

const NAME_MAX = 80;
const SENTENCE_MAX = 500;

export class Diagnostics {
  readonly #options: DiagnosticsOptions;
  #isRunning = false;

  constructor(options: DiagnosticsOptions) {
    this.#options = options;
  }

  /** Diagnoses and sends what was found, once for all who ask meanwhile; never rejects. */
  async asked(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { diagnose, log, send } = this.#options;
    try {
      await send(diagnosticsOf(await diagnose()));
    } catch (error) {
      log('diagnostics could not be sent', { error: String(error) });
    } finally {
      this.#isRunning = false;
    }
  }
}

function diagnosticsOf(checks: readonly Check[]): DiagnosticCheck[] {
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
