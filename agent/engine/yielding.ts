/**
 * Lets the event loop turn under work that brings itself about again. A socket whose kernel takes at once what it is
 * given has drained before the loop turns, and whoever then sends more keeps everything else waiting: the adapter,
 * acknowledgements, timers.
 */

/** @returns does the work at once, but every so many times in the loop's next turn */
export function yieldingEvery(times: number, work: () => void): () => void {
  let done = 0;
  return () => {
    done = (done + 1) % times;
    if (done === 0) setImmediate(work);
    else work();
  };
}
