/**
 * What a server has lived through of late, in words: nothing that has to be mended, mostly, but what somebody asks
 * for who saw an effect of it. Pure.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Observed } from './observed-file.ts';

/** Known, and nothing to mend. */
export class News {
  readonly told: CausewayError;

  constructor(told: CausewayError) {
    this.told = told;
  }
}

/** How the server came to run, and whether those who were there before are back. */
export function startNews({ before, machines, startedAt }: Observed, now: number): string | News {
  const at = timeOf(startedAt);
  if (before === null || isOver(startedAt, now)) return `The server has run since ${at}.`;
  const end = before.endedAt === null ? 'was killed, or went down with its computer' : 'was stopped in order';
  const back =
    before.machines === 0
      ? 'no machine was connected then'
      : `${before.machines} machines were connected then, and ${machines} are now`;
  return new News(new CausewayError('SERVER_RESTARTED', { at, ago: agoText(now - startedAt), end, back }));
}

/** @throws CausewayError SERVER_KEY_CHANGED */
export function certificateNews({ certificate }: Observed, now: number): string | News {
  const { changed } = certificate;
  if (changed === null || now - changed.at > LIMITS.CERTIFICATE_NEWS_MS.value) {
    return 'The certificate is the one that was there before.';
  }
  const at = timeOf(changed.at);
  if (!changed.sameKey) throw new CausewayError('SERVER_KEY_CHANGED', { at });
  return new News(new CausewayError('CERTIFICATE_EXCHANGED', { at }));
}

export function slowNews({ slow }: Observed, now: number): string | News {
  if (slow === null || isOver(slow.last, now)) return 'No request came too slowly of late.';
  const { count, worst, since, last } = slow;
  const details = { count, most: worst.count, line: worst.line, since: timeOf(since), last: timeOf(last) };
  return new News(new CausewayError('REQUESTS_SLOW', details));
}

function agoText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'less than a minute ago';
  return minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`;
}

function isOver(moment: number, now: number): boolean {
  return now - moment > LIMITS.NEWS_LAST_MS.value;
}

function timeOf(moment: number): string {
  return new Date(moment).toISOString().replace(/\.\d+Z$/, 'Z');
}
