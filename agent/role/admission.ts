/**
 * Keeps a role instance in its role: activates it with its token, tries again while the server can not be
 * reached, and comes back with the token when the directory has forgotten the instance while it was away.
 * Does not come back when it was removed before its eyes: that was an administrator's wish.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CausewayError } from '#protocol/errors.ts';
import type { Label } from '#protocol/names.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { mayPass } from '../activation/passing.ts';
import { Backoff } from '../connection/backoff.ts';
import type { Engine } from '../engine/engine.ts';
import type { Secret } from '../secret.ts';
import { variableOf } from './settings/setting-names.ts';

/** Waiting for parts to be proven is others' business. */
const NO_WAIT_MS = 1;

export type AdmissionEngine = Pick<Engine, 'self' | 'up' | 'down' | 'watch'>;

export interface AdmissionOptions {
  readonly engine: AdmissionEngine;
  readonly token: Secret | undefined;
  readonly name: Label;
  say(sentence: string): void;
  readonly signal: AbortSignal;
  readonly backoff?: Backoff;
}

/**
 * Returns once the instance is activated: by what its state directory holds, or by its token.
 * @throws CausewayError what the server refuses the token with, ROLE_SETTING_MISSING, ROLE_TOKEN_NEEDED
 */
export async function admit(options: AdmissionOptions): Promise<void> {
  const { engine, token } = options;
  if (engine.self !== undefined) return;
  requireToken(options);
  if (token !== undefined) await activate(options, token);
}

/** @throws CausewayError ROLE_SETTING_MISSING where there is neither an activation nor a token for one */
export function requireToken({ engine, token }: Pick<AdmissionOptions, 'engine' | 'token'>): void {
  if (engine.self !== undefined || token !== undefined) return;
  throw new CausewayError('ROLE_SETTING_MISSING', {
    setting: 'ActivationToken',
    variable: variableOf('ActivationToken'),
    reason: 'this instance is not activated yet',
  });
}

/** Resolves when the signal is aborted; what it meets it says, and goes on. */
export async function stayAdmitted(options: AdmissionOptions): Promise<void> {
  const { engine, token, signal, say } = options;
  const absence = new Absence();
  await engine.watch({
    progress: (status) => absence.look(status),
    taken: async () => {
      if (!absence.forgotten || token === undefined || signal.aborted) return;
      absence.over();
      say('The directory has forgotten this instance while it was away; it joins anew.');
      await activate(options, token).catch((error: unknown) => {
        if (!signal.aborted) say(error instanceof Error ? error.message : String(error));
      });
    },
    signal,
  });
}

/** Tells being forgotten while away from being removed while there. */
class Absence {
  #before: 'there' | 'away' | 'removed' = 'away';
  #forgotten = false;

  get forgotten(): boolean {
    return this.#forgotten;
  }

  look({ parts: { control } }: AgentStatus): void {
    const unknown = control.state === 'failed' && control.error?.code === 'AUTHENTICATION_FAILED';
    // A removal is heard on the connection itself, so nothing lies between; later tries meet the same.
    if (unknown && this.#before === 'there') this.#before = 'removed';
    this.#forgotten = unknown && this.#before === 'away';
    if (control.state === 'ok') this.#before = 'there';
    else if (!unknown && this.#before === 'there') this.#before = 'away';
  }

  over(): void {
    this.#forgotten = false;
  }
}

async function activate(options: AdmissionOptions, token: Secret): Promise<void> {
  const { engine, name, signal, say, backoff = new Backoff() } = options;
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      await engine.up({ token: token.reveal(), name, timeoutMs: NO_WAIT_MS });
      break;
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (!told) say(`${error.message} It is tried again.`);
      told = true;
    }
    await sleep(backoff.next(), undefined, { signal });
  }
  const { self } = engine;
  if (self === undefined) return;
  if (self.kind !== 'role-instance') {
    await engine.down({ forget: true });
    throw new CausewayError('ROLE_TOKEN_NEEDED');
  }
  say(
    `${self.name} is an instance of ${self.memberOf?.name ?? 'its role'} in ${self.subscription.name}: ${self.ipv4}, ${self.ipv6}.`,
  );
}
