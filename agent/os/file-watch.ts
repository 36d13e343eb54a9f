/**
 * Tells when one file may have been changed, replaced, made or removed. Watches the file itself (a bind
 * mount's changes are seen there only) and its directory (a replacement is seen there only). Knows
 * nothing of content, and says nothing of what changed: look.
 */
import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';

/**
 * @param paths files to watch; those that are not there yet are seen when they come.
 * @param onChange called once for events closer together than `settleMs`, after they have ended.
 */
export function watchFiles(paths: readonly string[], onChange: () => void, settleMs: number): Disposable {
  const directories = [...new Set(paths.map((path) => dirname(path)))];
  let fileWatchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;

  const noticed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      watchTheFiles(); // A replaced file is a new one to the kernel.
      onChange();
    }, settleMs);
    timer.unref();
  };
  const watchTheFiles = () => {
    for (const watcher of fileWatchers) watcher.close();
    fileWatchers = paths.flatMap((path) => tryWatch(path, noticed));
  };
  const names = new Set(paths);
  const directoryWatchers = directories.flatMap((directory) =>
    tryWatch(directory, (name) => {
      if (name === null || names.has(`${directory}/${name}`)) noticed();
    }),
  );
  watchTheFiles();

  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const watcher of [...fileWatchers, ...directoryWatchers]) watcher.close();
    },
  };
}

/** Empty when the path can not be watched: not there, or the user's inotify watches are used up. */
function tryWatch(path: string, onEvent: (name: string | null) => void): FSWatcher[] {
  try {
    const watcher = watch(path, { persistent: false }, (_, name) => onEvent(name));
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
