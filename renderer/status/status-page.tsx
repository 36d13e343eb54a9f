/** What is true of this computer, and what can be done about it. */
import type { DesktopState } from '#electron/ipc/schema.ts';
import { ActivationForm } from '../activation/activation-form.tsx';
import { PeerPanel } from '../peers/peer-panel.tsx';
import column from '../shell/page-column.module.css';
import { useStore } from '../store/use-window.ts';
import { TrafficPanel } from '../traffic/traffic-panel.tsx';
import { useWords } from '../words/use-words.ts';
import { chainOf, warningsOf } from './chain.ts';
import { ChainPanel } from './chain-panel.tsx';
import { PolicyPanel } from './policy-panel.tsx';
import classes from './status-page.module.css';
import { TruthCard } from './truth-card.tsx';
import { activationTruth, connectivityTruth } from './truths.ts';
import { WarningList } from './warning-list.tsx';

export function StatusPage({ state }: { readonly state: DesktopState }) {
  const { words, language } = useWords();
  const joined = state.agent === 'here' && state.status.machine !== null;
  const summary = state.agent === 'here' ? state.status.summary : null;
  const { history } = useStore();
  const reaching = joined && state.status.wanted === 'up' && summary !== 'not-activated';
  const chain = chainOf(state);
  const chainMatters = chain.broken !== null || summary === 'connecting';
  return (
    <div className={column.column}>
      <div className={classes.truths}>
        <TruthCard title={words.activation.title} truth={activationTruth(state, words)} />
        <TruthCard title={words.connectivity.title} truth={connectivityTruth(state, words, language)} />
      </div>
      {summary === 'not-activated' && <ActivationForm />}
      {chainMatters && summary !== 'not-activated' && summary !== 'off' && <ChainPanel chain={chain} />}
      <WarningList warnings={warningsOf(state)} />
      {joined && summary !== 'not-activated' && <PolicyPanel state={state} />}
      {summary !== 'not-activated' && (
        // Out of sight and still there when the agent falls silent for a moment: what was searched and opened stays.
        <div className={column.column} hidden={!reaching}>
          <TrafficPanel samples={history.all()} />
          <PeerPanel sessions={reaching ? state.status.peers : []} />
        </div>
      )}
    </div>
  );
}
