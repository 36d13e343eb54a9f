/**
 * Entry point of the desktop application: one instance a user; a second one hands its words to the first
 * and ends.
 */
import { app, dialog } from 'electron';
import { Application } from './application.ts';
import { registerPageScheme } from './page-protocol.ts';

// A terminal that is closed is no reason for Electron to show a dialog about it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
registerPageScheme();
// At once: a quit would bring up the rest of Chromium first, and waits for it 15 seconds now and then.
if (!app.requestSingleInstanceLock()) app.exit();
else {
  start().catch((error: unknown) => {
    console.error(error);
    dialog.showErrorBox('Causeway could not start', error instanceof Error ? error.message : String(error));
    app.exit(1);
  });
}

async function start(): Promise<void> {
  app.setAsDefaultProtocolClient('causeway');
  const opened: { words: readonly string[]; directory: string }[] = [];
  let application: Application | undefined;
  const open = (words: readonly string[], directory = process.cwd()) => {
    if (application === undefined) opened.push({ words, directory });
    else application.open(words, directory);
  };
  app.on('second-instance', (_event, words, directory) => open(words.slice(1), directory));
  // How macOS tells of links and files.
  app.on('open-url', (_event, address) => open([address]));
  app.on('open-file', (_event, path) => open([path]));
  // The icon stays when the window goes.
  app.on('window-all-closed', () => {});
  await app.whenReady();
  application = new Application(process.argv);
  application.open(process.argv.slice(1), process.cwd(), { first: true });
  for (const { words, directory } of opened) application.open(words, directory);
}
