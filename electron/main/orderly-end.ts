/**
 * The end of the application: first everything that it set up on the computer is undone, and only then
 * Electron ends, whoever asked for it: the person, a signal, or a computer that shuts down.
 */
import type { App, PowerMonitor } from 'electron';

/** What hangs for longer is left to the next start, which undoes what it finds. */
const PATIENCE_MS = 15_000;

export interface OrderlyEndOptions {
  readonly app: Pick<App, 'on' | 'quit' | 'exit'>;
  readonly powerMonitor: Pick<PowerMonitor, 'on'>;
  /** Called once. */
  readonly undo: () => Promise<void>;
  readonly onBug: (error: unknown) => void;
  readonly patienceMs?: number;
}

export function endInOrder({ app, powerMonitor, undo, onBug, patienceMs = PATIENCE_MS }: OrderlyEndOptions): void {
  let ending = false;
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (ending) return;
    ending = true;
    // `exit` asks nobody any more.
    const giveUp = setTimeout(() => {
      onBug(new Error(`not everything was undone within ${patienceMs / 1000} s`));
      app.exit(1);
    }, patienceMs);
    undo().then(
      () => {
        clearTimeout(giveUp);
        app.exit(0);
      },
      (error: unknown) => {
        clearTimeout(giveUp);
        onBug(error);
        app.exit(1);
      },
    );
  });
  powerMonitor.on('shutdown', () => app.quit());
}
