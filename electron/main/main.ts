/**
 * Entry point of the desktop application: one instance a user; a second one hands its words to the first
 * and ends.
 */
import { app } from 'electron';
import { Application } from './application.ts';
import { registerPageScheme } from './page-protocol.ts';

registerPageScheme();
if (app.requestSingleInstanceLock()) void start();
else app.quit();

async function start(): Promise<void> {
  app.setAsDefaultProtocolClient('causeway');
  const opened: string[] = [];
  let application: Application | undefined;
  const open = (words: readonly string[]) => {
    if (application === undefined) opened.push(...words);
    else application.open(words);
  };
  app.on('second-instance', (_event, words) => open(words.slice(1)));
  // How macOS tells of links and files.
  app.on('open-url', (_event, address) => open([address]));
  app.on('open-file', (_event, path) => open([path]));
  // The icon stays when the window goes.
  app.on('window-all-closed', () => {});
  await app.whenReady();
  application = new Application(process.argv);
  application.open([...process.argv.slice(1), ...opened], { first: true });
}
