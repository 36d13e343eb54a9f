/** Where the window stands. Pure. */
import { z } from 'zod';

const pixels = z.int().min(-100_000).max(100_000);
export const windowPlace = z.object({
  x: pixels.exactOptional(),
  y: pixels.exactOptional(),
  width: z.int().min(1).max(10_000),
  height: z.int().min(1).max(10_000),
});
export type WindowPlace = z.infer<typeof windowPlace>;

export const DEFAULT_PLACE: WindowPlace = { width: 420, height: 640 };
export const LEAST_SIZE = { minWidth: 360, minHeight: 480 } as const;
/** So much of the window's head has to be on a screen, or nobody could move it back. */
const REACHABLE = { width: 100, height: 20 };

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** @param screens without their panels @returns the place; only its size when a screen that it stood on is gone */
export function visiblePlace(place: WindowPlace, screens: readonly Rectangle[]): WindowPlace {
  const { x, y, width, height } = place;
  if (x === undefined || y === undefined) return { width, height };
  const isReachable = screens.some((screen) => {
    const across = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x);
    return across >= REACHABLE.width && y >= screen.y && y <= screen.y + screen.height - REACHABLE.height;
  });
  return isReachable ? place : { width, height };
}
