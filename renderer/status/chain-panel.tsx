/** The chain, the link in it that does not hold, why, since when, and what can be done about it. */
import { Button } from '@mantine/core';
import { Stethoscope } from 'lucide-react';
import { AgeLine } from '../shell/age-line.tsx';
import { useAttempt } from '../shell/attempt.ts';
import { RefusalAlert } from '../shell/refusal-alert.tsx';
import { Sentence } from '../shell/sentence.tsx';
import { StateMark, type Tone } from '../shell/state-mark.tsx';
import { useStore } from '../store/use-window.ts';
import { useWords } from '../words/use-words.ts';
import type { BrokenLink, Chain, ChainLink } from './chain.ts';
import classes from './chain-panel.module.css';

const TONES: Readonly<Record<ChainLink['state'], Tone>> = {
  ok: 'good',
  failed: 'bad',
  pending: 'pending',
  waits: 'idle',
};

export function ChainPanel({ chain }: { readonly chain: Chain }) {
  const { words } = useWords();
  const { links, broken } = chain;
  const title = broken === null ? words.chain.connecting : words.chain.title;
  return (
    <section className={classes.panel} aria-label={title}>
      <h2 className={classes.title}>{title}</h2>
      <ol className={classes.links}>
        {links.map(({ name, state, detail }) => (
          <li
            key={name}
            className={classes.link}
            data-state={state}
            {...(broken?.name === name && { 'aria-current': 'step' })}
          >
            <StateMark tone={TONES[state]} size={16} />
            <div className={classes.text}>
              <p className={classes.head}>
                <span className={classes.name}>{words.chain.parts[name]}</span>{' '}
                <span className={classes.word}>{words.chain[state]}</span>
              </p>
              {detail !== '' && state !== 'waits' && broken?.name !== name && (
                <p className={classes.detail} lang="en">
                  {detail}
                </p>
              )}
              {broken?.name === name && <Explanation broken={broken} />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Explanation({ broken }: { readonly broken: BrokenLink }) {
  const { words } = useWords();
  const { error, since } = broken;
  return (
    <div className={classes.explanation}>
      {since !== null && (
        <p className="dimmed">
          <AgeLine age={{ type: 'since', at: since }} />
        </p>
      )}
      {error !== null && (
        <div lang="en">
          <p>
            <Sentence>{error.message}</Sentence>
          </p>
          <p className={classes.remedy}>
            <Sentence>{error.remedy}</Sentence>
          </p>
        </div>
      )}
      <Mend broken={broken} label={words.actions.tryAgain} />
    </div>
  );
}

/** Something that only a new token mends. */
const NEEDS_TOKEN = ['AUTHENTICATION_FAILED', 'SERVER_PIN_MISMATCH'];

function Mend({ broken, label }: { readonly broken: BrokenLink; readonly label: string }) {
  const { words } = useWords();
  const { call, go } = useStore();
  const again = useAttempt(() => call('up', {}));
  const token = broken.name === 'activation' || NEEDS_TOKEN.includes(broken.error?.code ?? '');
  return (
    <>
      <div className={classes.actions}>
        {/* No agent can be asked to try; it is looked for all the time. */}
        {broken.name !== 'agent' && broken.name !== 'activation' && (
          <Button size="xs" loading={again.running} onClick={() => again.run()}>
            {label}
          </Button>
        )}
        {token && (
          <Button
            size="xs"
            variant={broken.name === 'activation' ? 'filled' : 'default'}
            onClick={() => go('activate')}
          >
            {words.actions.activate}
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<Stethoscope size={14} aria-hidden />}
          onClick={() => go('diagnostics')}
        >
          {words.actions.diagnose}
        </Button>
      </div>
      {broken.name === 'agent' && <p className="dimmed">{words.chain.lookingAllTheTime}</p>}
      <RefusalAlert error={again.error} />
    </>
  );
}
