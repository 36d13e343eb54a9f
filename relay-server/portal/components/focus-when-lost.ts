/**
 * Who presses a button that goes away by it (the connection is cut, the answer has become yes) would go on
 * from the top of the page. This lets them go on where they were.
 */
import { type RefObject, useEffect, useRef } from 'react';

/** By then a dialog has closed, and has given the focus back to whatever is still there. */
const SETTLED_MS = 300;

/**
 * @param target gets the focus, if nothing has it; needs a tabIndex
 * @param shown whatever changes when a button may have gone
 */
export function useFocusWhenLost(target: RefObject<HTMLElement | null>, shown: unknown): void {
  const before = useRef(shown);
  useEffect(() => {
    // Nothing was lost by what is shown first.
    const first = before.current === undefined || before.current === shown;
    before.current = shown;
    if (first) return;
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) target.current?.focus({ preventScroll: true });
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [target, shown]);
}
