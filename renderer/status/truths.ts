/**
 * The two truths of the window: what is known of the activation and of the connection, as data. Says
 * "connected" only while the agent says so and has said so just now. Pure.
 */

import type { DesktopState, Language } from '#electron/ipc/schema.ts';
import { CausewayError } from '#protocol/errors.ts';
import { firstBroken, PART_ORDER, type Part } from '#protocol/status.ts';
import { roundTripWords } from '../amounts.ts';
import type { Tone } from '../shell/state-mark.tsx';
import type { Words } from '../words/words.ts';

/** Main tells the window something every second, and of a silent agent; when main is silent too, the window says so. */
export const SILENT_AFTER_MS = 4_000;

export interface Truth {
  readonly tone: Tone;
  /** A word or two, large. */
  readonly state: string;
  readonly detail: string | null;
  /** The detail is the agent's own sentence, which is English. */
  readonly detailIsEnglish?: boolean;
  readonly age: Age | null;
}

/** `confirmed`: proven last at that time. `since`: so since then. `never`: to be confirmed yet. */
export type Age = { readonly type: 'confirmed' | 'since'; readonly at: number } | { readonly type: 'never' };

/** The state as far as it can be believed at this time. */
export function believed(state: DesktopState, now: number): DesktopState {
  if (state.agent !== 'here' || now - state.heardAt <= SILENT_AFTER_MS) return state;
  const seconds = Math.round((now - state.heardAt) / 1_000);
  return { agent: 'away', since: state.heardAt, error: new CausewayError('AGENT_SILENT', { seconds }).toWire() };
}

export function activationTruth(state: DesktopState, words: Words): Truth {
  if (state.agent !== 'here') return unknown(state, words);
  const { machine, parts } = state.status;
  const { activation: part } = parts;
  const { activation, activate } = words;
  if (part.state === 'ok' && machine !== null) {
    const { subscription, memberOf } = machine;
    const detail = memberOf === null ? activation.unassigned : activation.where(subscription, memberOf);
    return { tone: memberOf === null ? 'warn' : 'good', state: activation.activated, detail, age: proofOf(part) };
  }
  if (part.state === 'pending') return { tone: 'pending', state: activate.working, detail: null, age: null };
  if (part.state === 'failed' && machine !== null) {
    return {
      tone: 'bad',
      state: activation.lost,
      detail: part.error?.message ?? null,
      detailIsEnglish: true,
      age: sinceProof(part),
    };
  }
  return { tone: 'idle', state: activation.notActivated, detail: activation.needsToken, age: null };
}

export function connectivityTruth(state: DesktopState, words: Words, language: Language): Truth {
  if (state.agent !== 'here') return unknown(state, words);
  const { summary, parts, relayRoundTripMs } = state.status;
  const { connectivity, chain } = words;
  switch (summary) {
    case 'not-activated':
      return { tone: 'idle', state: connectivity.broken, detail: connectivity.notYet, age: null };
    case 'off':
      return { tone: 'idle', state: connectivity.off, detail: connectivity.offWhy, age: null };
    case 'connecting': {
      const tried = PART_ORDER.find((name) => parts[name].state !== 'ok');
      const detail = tried === undefined ? null : connectivity.trying(chain.parts[tried]);
      return { tone: 'pending', state: connectivity.connecting, detail, age: null };
    }
    case 'connected': {
      const roundTrip = relayRoundTripMs === null ? null : roundTripWords(relayRoundTripMs, language);
      return {
        tone: 'good',
        state: connectivity.connected,
        detail: connectivity.relayAnswers(roundTrip),
        age: proofOf(parts.relay),
      };
    }
    case 'degraded': {
      const broken = firstBroken(parts);
      if (broken === null) return unknown(state, words);
      // Without names everything can still be reached by its address.
      const partly = broken === 'names';
      return {
        tone: partly ? 'warn' : 'bad',
        state: partly ? connectivity.partly : connectivity.broken,
        detail: connectivity.isBroken(chain.parts[broken]),
        age: sinceProof(parts[broken]),
      };
    }
  }
}

function unknown(state: DesktopState, { connectivity }: Words): Truth {
  if (state.agent === 'starting') return { tone: 'pending', state: connectivity.starting, detail: null, age: null };
  const age: Age | null = state.agent === 'away' ? { type: 'since', at: state.since } : null;
  return { tone: 'unknown', state: connectivity.away, detail: connectivity.awayWhy, age };
}

function proofOf({ provenAt }: Part): Age {
  return provenAt === null ? { type: 'never' } : { type: 'confirmed', at: provenAt };
}

function sinceProof({ provenAt }: Part): Age | null {
  return provenAt === null ? null : { type: 'since', at: provenAt };
}
