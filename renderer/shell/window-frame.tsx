/** Head and page. Only the page scrolls. */
import { type ReactNode, useEffect, useRef } from 'react';
import { AboutPage } from '../about/about-page.tsx';
import { ActivatePage } from '../activation/activate-page.tsx';
import { OfferedToken } from '../activation/offered-token.tsx';
import { DiagnosticsPage } from '../diagnostics/diagnostics-page.tsx';
import { PreferencesPage } from '../preferences/preferences-page.tsx';
import { StatusPage } from '../status/status-page.tsx';
import { believed } from '../status/truths.ts';
import { useView } from '../store/use-window.ts';
import type { PageName } from '../store/window-store.ts';
import { useNow } from '../ticking.ts';
import classes from './window-frame.module.css';
import { WindowHead } from './window-head.tsx';

export function WindowFrame() {
  const { page, state: told, offered } = useView();
  const state = believed(told, useNow());
  const title = useRef<HTMLHeadingElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    // Who came here by the keyboard goes on from the new page's title.
    if (shown.current !== page) title.current?.focus();
    shown.current = page;
  }, [page]);
  useEffect(() => {
    document.body.dataset.ready = 'yes';
  }, []);
  const pages: Readonly<Record<PageName, () => ReactNode>> = {
    status: () => <StatusPage state={state} />,
    activate: () => <ActivatePage />,
    diagnostics: () => <DiagnosticsPage state={state} />,
    preferences: () => <PreferencesPage state={state} />,
    about: () => <AboutPage />,
  };
  return (
    <div className={classes.window}>
      <WindowHead page={page} state={state} title={title} />
      <main className={classes.page}>{pages[page]()}</main>
      {offered !== null && <OfferedToken key={offered} token={offered} />}
    </div>
  );
}
