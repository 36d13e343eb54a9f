/** The machines that policy lets this computer reach: found, looked at, opened. */
import { Button, CloseButton } from '@mantine/core';
import { Search } from 'lucide-react';
import { useId, useState } from 'react';
import type { ReachablePeer } from '#electron/ipc/schema.ts';
import type { PeerStatus } from '#protocol/status.ts';
import column from '../shell/page-column.module.css';
import { RefusalAlert } from '../shell/refusal-alert.tsx';
import { useStore, useView } from '../store/use-window.ts';
import { sparkline } from '../traffic/sparkline.ts';
import { HISTORY_SAMPLES } from '../traffic/traffic-history.ts';
import { useWords } from '../words/use-words.ts';
import { PeerItem, SPARK_HEIGHT, SPARK_WIDTH } from './peer-item.tsx';
import classes from './peer-panel.module.css';
import { peerRows } from './peer-rows.ts';

/** All of them change every second; nobody looks at more at a time. */
const SHOWN_AT_FIRST = 30;
const SHOWN_MORE = 60;
/** With fewer there is nothing to search in. */
const SEARCHABLE = 6;

export function PeerPanel({ sessions }: { readonly sessions: readonly PeerStatus[] }) {
  const { words } = useWords();
  const { readPeers } = useStore();
  const { peers, peersError } = useView();
  const title = useId();
  return (
    <section className={column.card} aria-labelledby={title}>
      <div className={classes.head}>
        <h2 className={column.title} id={title}>
          {words.peers.title}
        </h2>
        {peers !== null && <span className="dimmed">{peers.length}</span>}
      </div>
      <RefusalAlert error={peersError} onRetry={() => void readPeers()} />
      {peers === null && peersError === null && <p className="dimmed">{words.busy}</p>}
      {peers !== null && <Found peers={peers} sessions={sessions} titleId={title} />}
    </section>
  );
}

interface FoundProps {
  readonly peers: readonly ReachablePeer[];
  readonly sessions: readonly PeerStatus[];
  readonly titleId: string;
}

function Found({ peers, sessions, titleId }: FoundProps) {
  const { words } = useWords();
  const { history } = useStore();
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const rows = peerRows(peers, sessions, search);
  const more = rows.length - shown;
  if (peers.length === 0) return <Nobody />;
  return (
    <>
      {peers.length >= SEARCHABLE && (
        <div className={classes.search}>
          <Search size={15} aria-hidden />
          <input
            type="search"
            aria-label={words.peers.search}
            placeholder={words.peers.search}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          {search !== '' && <CloseButton size="sm" aria-label={words.peers.clear} onClick={() => setSearch('')} />}
        </div>
      )}
      <p className="unseen" role="status">
        {search === '' ? '' : words.peers.found(rows.length)}
      </p>
      {rows.length === 0 && <p className="dimmed">{words.peers.noMatch(search.trim())}</p>}
      <ul className={classes.list} aria-labelledby={titleId}>
        {rows.slice(0, shown).map((row) => (
          <PeerItem
            key={row.id}
            {...row}
            spark={sparkline(history.ofPeer(row.id), HISTORY_SAMPLES, SPARK_WIDTH, SPARK_HEIGHT)}
          />
        ))}
      </ul>
      {more > 0 && (
        <Button variant="subtle" size="xs" onClick={() => setShown(shown + SHOWN_MORE)}>
          {words.peers.more(more)}
        </Button>
      )}
    </>
  );
}

function Nobody() {
  const { words } = useWords();
  return (
    <div>
      <p>{words.peers.none}</p>
      <p className={`dimmed ${classes.why}`}>{words.peers.noneWhy}</p>
    </div>
  );
}
