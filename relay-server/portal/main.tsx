/** Starts the portal in the page that the server sent. Knows the page; everything else is in app.tsx. */
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './portal.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

/** When the last reload was that a missing file caused: not twice in a row, should it stay missing. */
const RELOADED = 'causeway-reloaded-at';
const RELOAD_PAUSE_MS = 30_000;

// A page that was opened before the server was updated asks for files of the old build.
window.addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (Date.now() - last < RELOAD_PAUSE_MS) return;
  event.preventDefault();
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
});

const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// Where react-remove-scroll, which Mantine's dialogs use, looks for the nonce of its style sheet.
Object.assign(window, { __webpack_nonce__: nonce });

const place = document.getElementById('portal');
if (place === null) throw new Error('the page has no place for the portal');
createRoot(place).render(
  <StrictMode>
    <App nonce={nonce} />
  </StrictMode>,
);
