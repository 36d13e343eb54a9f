/** Starts the window's page. Knows the page; everything else is in app.tsx. */
import './no-eval.ts';
import './mantine-styles.ts';
import './window.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { call, listen } from './desktop.ts';
import { WindowStore } from './store/window-store.ts';

const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// Where react-remove-scroll, which Mantine's dialogs use, looks for the nonce of its style sheet.
Object.assign(window, { __webpack_nonce__: nonce });

const place = document.getElementById('window');
if (place === null) throw new Error('the page has no place for the window');
const store = new WindowStore({ call, listen, shown: () => document.visibilityState === 'visible' });
document.addEventListener('visibilitychange', () => store.shownOrHidden());
store.start();
createRoot(place).render(
  <StrictMode>
    <App nonce={nonce} store={store} />
  </StrictMode>,
);
