/**
 * What a process of synthetic agents is told, and what it answers, over Node's IPC channel: one answer an order.
 */
import type { MachineId } from '#protocol/ids.ts';

export interface PlannedAgent {
  readonly id: MachineId;
  /** By which its keys are known. */
  readonly name: string;
  /** Loopback address that it comes from. */
  readonly from: string;
  /** Whether it has a relay connection too. */
  readonly hasRelay: boolean;
}

export type SwarmOrder =
  /** Connects these, so many under way at a time. */
  | {
      readonly do: 'connect';
      readonly host: string;
      readonly port: number;
      readonly seed: string;
      readonly agents: readonly PlannedAgent[];
      readonly atOnce: number;
    }
  /** Asks for grants at a steady rate, or with `perSecond` null as fast as they come with 32 under way. */
  | {
      readonly do: 'ask';
      readonly pairs: readonly (readonly [MachineId, MachineId])[];
      readonly perSecond: number | null;
      readonly ms: number;
    }
  /** When did each hear of this policy version, or a later one? */
  | { readonly do: 'heard'; readonly version: number }
  /** The first of each pair sends frames to the second, which sends each back. */
  | {
      readonly do: 'talk';
      readonly pairs: readonly (readonly [MachineId, MachineId])[];
      readonly perSecond: number;
      readonly bytes: number;
      readonly ms: number;
    };

export interface SwarmAnswers {
  connect: { readonly connected: number; readonly ms: readonly number[]; readonly failures: readonly string[] };
  ask: { readonly ms: readonly number[]; readonly failures: readonly string[] };
  /** Milliseconds of the Unix epoch, one an agent that has heard; and how many there are. */
  heard: { readonly at: readonly number[]; readonly agents: number; readonly lost: number };
  /** Round trips. */
  talk: { readonly sent: number; readonly ms: readonly number[] };
}

export type SwarmAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly why: string };
