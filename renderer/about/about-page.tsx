/** What this is, in which version, and on what it runs. */
import { useEffect, useState } from 'react';
import type { CallResult } from '#electron/ipc/schema.ts';
import { Logo } from '../shell/logo.tsx';
import column from '../shell/page-column.module.css';
import { useStore } from '../store/use-window.ts';
import { useWords } from '../words/use-words.ts';
import classes from './about-page.module.css';

export function AboutPage() {
  const { words } = useWords();
  const { call } = useStore();
  const [about, setAbout] = useState<CallResult<'about'> | null>(null);
  useEffect(() => {
    call('about', {}).then(setAbout, () => undefined);
  }, [call]);
  return (
    <section className={column.card} aria-label={words.about.title}>
      <div className={classes.head}>
        <Logo size={48} />
        <div>
          <p className={classes.name}>Causeway</p>
          <p className="dimmed">{words.about.what}</p>
        </div>
      </div>
      {about !== null && (
        <dl className={classes.facts}>
          <dt>{words.about.version}</dt>
          <dd>{about.version}</dd>
          <dt>{words.about.agent}</dt>
          <dd>{about.agentVersion ?? words.connectivity.away}</dd>
          <dt>{words.about.runsOn}</dt>
          <dd>
            Electron {about.electron}, Chromium {about.chromium}, Node {about.node}
          </dd>
        </dl>
      )}
      <p className="dimmed">{words.about.licence}</p>
    </section>
  );
}
