/**
 * What is done on a role instance between connectivity and its command: joining a domain, opening forwards.
 * Each is one function; the runner (run-role.ts) knows no more of them than this.
 */
import type { Engine } from '../engine/engine.ts';
import type { RoleSettings } from './settings/role-settings.ts';

export interface RoleInstance {
  readonly settings: RoleSettings;
  /** Connected, unless nobody asked to wait for that. */
  readonly engine: Engine;
  /** Tells people one sentence, on standard error. Never a secret. */
  say(sentence: string): void;
  /** Aborted when the instance is asked to stop before its command has begun. */
  readonly signal: AbortSignal;
}

/** Undone after the command has ended and before goodbye, so the network is still there; the last first. */
export interface Prepared extends AsyncDisposable {
  /** Added to the environment of the command. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Preparation {
  /** Whether it has to have connectivity, though WaitForConnectivity does not ask for it. */
  needsConnectivity(settings: RoleSettings): boolean;
  /**
   * @returns undefined when the settings ask for nothing of it
   * @throws CausewayError when it can not be done: the command is not started then
   */
  prepare(instance: RoleInstance): Promise<Prepared | undefined>;
}
