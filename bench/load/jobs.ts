/**
 * What a load generator is told and what it answers.
 */
import type { DerpLogin } from '../peers/derp-client.ts';
import type { CausewayLogin } from './causeway-link.ts';

export type Login = CausewayLogin | DerpLogin;

export type Job =
  /** The one side of so many pairs of machines, each with a flow and a window of its own. */
  | {
      readonly role: 'send';
      readonly login: Login;
      readonly pairs: number;
      readonly payloadBytes: number;
      readonly windowFrames: number;
    }
  | { readonly role: 'receive'; readonly login: Login; readonly pairs: number; readonly payloadBytes: number }
  /** Connections that say nothing, of the machines from `first` on. */
  | { readonly role: 'idle'; readonly login: Login; readonly first: number; readonly count: number }
  /** Machines that activate, and then keep their control connection and their relay connection. */
  | { readonly role: 'agents'; readonly server: AgentServer; readonly first: number; readonly count: number };

export interface AgentServer {
  readonly address: string;
  readonly port: number;
  /** An activation token. */
  readonly token: string;
  /** Addresses to come from in turn, because activations are limited by address. */
  readonly from: readonly string[];
}

export interface Counts {
  /** Frames received. */
  readonly frames: number;
  /** Frames that must have been sent for the last one to arrive, by its sequence number. */
  readonly sequence: number;
  /** Of each connection that the relay ended: how many seconds it had been open. */
  readonly endedAfter: readonly number[];
}

export type ToGenerator = { readonly type: 'job'; readonly job: Job } | { readonly type: 'counts' };
export type FromGenerator =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly why: string }
  | { readonly type: 'counts'; readonly counts: Counts };

/** The machines of a pair, which are numbered from 0. */
export function senderOf(pair: number): number {
  return 2 * pair + 1;
}

export function receiverOf(pair: number): number {
  return 2 * pair + 2;
}
