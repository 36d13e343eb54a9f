/**
 * What no page of this application may do, whatever becomes of it: open windows, go elsewhere, embed, load
 * or save anything, ask for cameras or anything else. Electron allows some of it unless it is told otherwise.
 */
import type { App, Session, WebPreferences } from 'electron';
import { isOfPage } from './page-address.ts';

/** Of the only window; docs/security.md says the same, and a test compares. */
export const WEB_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  safeDialogs: true,
} as const satisfies WebPreferences;

/** For every page that will ever be made. */
export function lockDownPages(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event, url) => {
      if (!isOfPage(url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      if (!isOfPage(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    // The policy of the page does not reach WebRTC: without this it could send by UDP.
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  });
}

export function lockDownSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  // Beneath the policy of the page, in case somebody gets around it.
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isHarmless(url) }));
}

/** Developer tools are the developer's own; data is what the page has already. */
function isHarmless(url: string): boolean {
  return isOfPage(url) || url.startsWith('devtools:') || url.startsWith('data:');
}
