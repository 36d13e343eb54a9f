/** The policy as it was read last and what it changed; reading it again; switching the connection. */
import { Button } from '@mantine/core';
import { Power, RefreshCw } from 'lucide-react';
import type { DesktopState, Language, PolicyRefresh } from '#electron/ipc/schema.ts';
import { useAge } from '../shell/age-line.tsx';
import { useAttempt } from '../shell/attempt.ts';
import column from '../shell/page-column.module.css';
import { RefusalAlert } from '../shell/refusal-alert.tsx';
import { useStore } from '../store/use-window.ts';
import { useNow } from '../ticking.ts';
import { useWords } from '../words/use-words.ts';
import type { Words } from '../words/words.ts';
import classes from './policy-panel.module.css';

type Here = Extract<DesktopState, { agent: 'here' }>;

export function PolicyPanel({ state }: { readonly state: Here }) {
  const { words, language } = useWords();
  const { call } = useStore();
  const { status, refreshingSince, lastRefresh } = state;
  const refresh = useAttempt(() => call('refresh', {}));
  const toggle = useAttempt(() => (status.wanted === 'up' ? call('down', { forget: false }) : call('up', {})));
  const refreshing = refresh.running || refreshingSince !== null;
  const age = useAge(status.policyRefreshedAt);
  const on = status.wanted === 'up';
  return (
    <section className={column.card} aria-label={words.policy.title}>
      <div className={classes.actions}>
        {on && (
          <Button
            variant="light"
            px="sm"
            leftSection={<RefreshCw size={16} aria-hidden className={refreshing ? classes.turning : undefined} />}
            aria-disabled={refreshing}
            onClick={() => !refreshing && refresh.run()}
          >
            {refreshing ? words.actions.refreshing : words.actions.refresh}
          </Button>
        )}
        <Button
          variant={on ? 'default' : 'filled'}
          px="sm"
          leftSection={<Power size={16} aria-hidden />}
          loading={toggle.running}
          onClick={() => toggle.run()}
        >
          {on ? words.actions.disconnect : words.actions.connect}
        </Button>
      </div>
      {on && (
        <div className={classes.lines}>
          {refreshing && <Progress since={refreshingSince} />}
          {!refreshing && <p className="dimmed">{age === null ? words.policy.neverRead : words.policy.read(age)}</p>}
          <p role="status">
            {refreshing || lastRefresh === null || refresh.error !== null ? '' : changes(lastRefresh, words, language)}
          </p>
        </div>
      )}
      <RefusalAlert error={refresh.error} onRetry={() => refresh.run()} />
      <RefusalAlert error={toggle.error} onRetry={() => toggle.run()} />
    </section>
  );
}

/** Says how long it takes, so that nobody stares at something that is stuck. */
function Progress({ since }: { readonly since: number | null }) {
  const { words } = useWords();
  const now = useNow();
  const seconds = since === null ? 0 : Math.max(0, Math.floor((now - since) / 1_000));
  return (
    <div>
      <div className={classes.bar} role="progressbar" aria-label={words.actions.refreshing} />
      <p className="dimmed">{words.policy.asking(seconds)}</p>
    </div>
  );
}

/** More names than that nobody reads in passing. */
const NAMES_SHOWN = 6;

function changes({ gained, lost }: PolicyRefresh, words: Words, language: Language): string {
  const { policy } = words;
  if (gained.length + lost.length === 0) return policy.unchanged;
  const listed = (names: readonly string[]) => {
    const more = names.length - NAMES_SHOWN;
    const shown = more > 0 ? [...names.slice(0, NAMES_SHOWN), policy.moreNames(more)] : names;
    return new Intl.ListFormat(language, { type: 'conjunction' }).format(shown);
  };
  const sentences = [
    ...(gained.length > 0 ? [policy.gained(listed(gained), gained.length)] : []),
    ...(lost.length > 0 ? [policy.lost(listed(lost), lost.length)] : []),
  ];
  return sentences.join(' ');
}
