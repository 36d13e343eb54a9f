/** How strongly a line is drawn for what passes along it. Pure. */

const THINNEST = 1.75;
const THICKEST = 6;
/** From here on a line grows, and from there on no more. */
const [FROM, UNTIL] = [1_000, 100_000_000];
const [SLOWEST_S, FASTEST_S] = [1.6, 0.4];

export interface LineStrength {
  /** Pixels. */
  readonly width: number;
  /** How long a dash takes to move to the next one's place; null while nothing passes. */
  readonly seconds: number | null;
}

export function lineStrength(bytesPerSecond: number): LineStrength {
  if (bytesPerSecond <= 0) return { width: THINNEST, seconds: null };
  const share = Math.min(1, Math.max(0, Math.log(bytesPerSecond / FROM) / Math.log(UNTIL / FROM)));
  return {
    width: THINNEST + share * (THICKEST - THINNEST),
    // Rounded, so that what changes a little does not start its movement anew.
    seconds: Math.round((SLOWEST_S - share * (SLOWEST_S - FASTEST_S)) * 5) / 5,
  };
}
