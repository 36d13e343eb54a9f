/** Which system a visitor's browser runs on, as far as it says. A guess: the page lets one choose another. Pure. */

/** For which there is, or could be, an installer; `phone` for what can not join at all. */
export type VisitorSystem = 'linux' | 'windows' | 'macos' | 'phone' | 'unknown';

export interface BrowserFacts {
  readonly userAgent: string;
  /** Of `navigator.userAgentData`, which Chromium has and others have not. */
  readonly platform?: string | undefined;
  /** An iPad says that it is a Mac, which has no touch screen. */
  readonly touchPoints: number;
}

const PLATFORMS: readonly (readonly [RegExp, VisitorSystem])[] = [
  [/^(?:android|ios)$/i, 'phone'],
  [/^windows$/i, 'windows'],
  [/^mac ?os/i, 'macos'],
  [/^(?:linux|chrome ?os|chromium os)$/i, 'linux'],
];

/** Android says Linux too, and an iPhone says Mac: they stand first. */
const USER_AGENTS: readonly (readonly [RegExp, VisitorSystem])[] = [
  [/Android|iPhone|iPad|iPod/, 'phone'],
  [/Windows NT/, 'windows'],
  [/Macintosh|Mac OS X/, 'macos'],
  [/Linux|X11|CrOS/, 'linux'],
];

export function systemOf({ userAgent, platform = '', touchPoints }: BrowserFacts): VisitorSystem {
  const told =
    PLATFORMS.find(([pattern]) => pattern.test(platform))?.[1] ??
    USER_AGENTS.find(([pattern]) => pattern.test(userAgent))?.[1] ??
    'unknown';
  return told === 'macos' && touchPoints > 1 ? 'phone' : told;
}

/** What this browser says of itself. */
export function browserFacts(): BrowserFacts {
  const data: unknown = Reflect.get(navigator, 'userAgentData');
  const platform: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'platform') : undefined;
  return {
    userAgent: navigator.userAgent,
    platform: typeof platform === 'string' ? platform : undefined,
    touchPoints: navigator.maxTouchPoints,
  };
}
