/**
 * Calls back in Node's event loop when an event of Windows is signalled: the system's own pool waits
 * (RegisterWaitForSingleObject), so there is neither a thread of ours nor one of libuv's four that blocks
 * for as long as the agent runs. A wake-up takes some 35 µs under Wine.
 */
import koffi from 'koffi';
import { CausewayError } from '#protocol/errors.ts';
import type { Handle, Kernel } from './kernel.ts';
import { describeWindowsError } from './windows-errors.ts';

/** How often it is looked whether a wait that was ended is over; it takes microseconds, as a rule. */
const LOOK_EVERY_MS = 10;

/**
 * @param event auto-reset, its owner's to close, and that at any time: a duplicate is waited for
 * @param onSignalled must not throw; may dispose
 * @throws CausewayError ADAPTER_FAILED when the system has no more handles
 */
export function watchEvent(kernel: Kernel, event: Handle, onSignalled: () => void): Disposable {
  let ended = false;
  const callback = kernel.callback(() => {
    if (!ended) onSignalled();
  });
  const watched = kernel.duplicateHandle(event);
  const completed = kernel.createEvent();
  const wait = watched === 0 || completed === 0 ? 0 : kernel.registerWait(watched, callback);
  const release = () => {
    for (const handle of [watched, completed]) if (handle !== 0) kernel.closeHandle(handle);
    koffi.unregister(callback);
  };
  if (wait === 0) {
    const cause = describeWindowsError(kernel.lastError());
    release();
    throw new CausewayError('ADAPTER_FAILED', { cause: `its event can not be waited for: ${cause}` });
  }
  return {
    [Symbol.dispose]: () => {
      if (ended) return;
      ended = true;
      // Not waited for here: this may be inside of the callback, for which the waiting thread stands still.
      kernel.unregisterWait(wait, completed);
      const timer = setInterval(() => {
        if (!kernel.isSignalled(completed)) return;
        clearInterval(timer);
        release();
      }, LOOK_EVERY_MS);
    },
  };
}
