/** The chain checked link by link, each check shown as soon as it is made; and a bundle for whoever helps. */
import { Button } from '@mantine/core';
import { Play, Save } from 'lucide-react';
import { useState } from 'react';
import type { DesktopState } from '#electron/ipc/schema.ts';
import type { Check } from '#protocol/local-api.ts';
import { useAttempt } from '../shell/attempt.ts';
import column from '../shell/page-column.module.css';
import { RefusalAlert } from '../shell/refusal-alert.tsx';
import { Sentence } from '../shell/sentence.tsx';
import { StateMark } from '../shell/state-mark.tsx';
import { useStore, useView } from '../store/use-window.ts';
import { useWords } from '../words/use-words.ts';
import { checkTitle } from './check-titles.ts';
import classes from './diagnostics-page.module.css';

export function DiagnosticsPage({ state }: { readonly state: DesktopState }) {
  const { words } = useWords();
  const { call, clearChecks } = useStore();
  const { checks } = useView();
  const [done, setDone] = useState(false);
  const [saved, setSaved] = useState<string | null>(null);
  const diagnosis = useAttempt(async () => {
    setDone(false);
    clearChecks();
    await call('diagnose', {});
    setDone(true);
  });
  const saving = useAttempt(async () => {
    setSaved(null);
    setSaved((await call('saveDiagnostics', {}))?.path ?? null);
  });
  const shown = state.agent === 'away' ? [agentCheck(state.error), ...checks] : checks;
  const failed = shown.filter(({ ok }) => !ok).length;
  return (
    <div className={column.column}>
      <p className="dimmed">{words.diagnostics.lead}</p>
      <div className={classes.actions}>
        <Button
          px="sm"
          leftSection={<Play size={16} aria-hidden />}
          aria-disabled={diagnosis.running}
          onClick={() => !diagnosis.running && diagnosis.run()}
        >
          {diagnosis.running ? words.diagnostics.running : words.diagnostics.run}
        </Button>
        <Button
          variant="default"
          px="sm"
          leftSection={<Save size={16} aria-hidden />}
          loading={saving.running}
          onClick={() => saving.run()}
        >
          {words.diagnostics.save}
        </Button>
      </div>
      <p className={`dimmed ${classes.small}`}>{words.diagnostics.noSecrets}</p>
      <p className={classes.saved} role="status">
        {saved === null ? '' : words.diagnostics.saved(saved)}
      </p>
      <RefusalAlert error={saving.error} />
      <RefusalAlert error={diagnosis.error} onRetry={() => diagnosis.run()} />
      {(shown.length > 0 || diagnosis.running) && (
        <section className={column.card} aria-label={words.diagnostics.title} aria-busy={diagnosis.running}>
          <ol className={classes.checks}>
            {shown.map((check) => (
              <CheckItem key={check.name} check={check} />
            ))}
            {diagnosis.running && (
              <li className={classes.check}>
                <StateMark tone="pending" size={16} />
                <p className="dimmed">{words.diagnostics.running}</p>
              </li>
            )}
          </ol>
        </section>
      )}
      <p className={classes.verdict} role="status">
        {done && !diagnosis.running && verdict(failed, shown.length)}
      </p>
    </div>
  );

  function verdict(failed: number, all: number): string {
    return failed === 0 ? words.diagnostics.allWell(all) : words.diagnostics.someFailed(failed);
  }
}

function CheckItem({ check }: { readonly check: Check }) {
  const { words } = useWords();
  const { name, ok, detail, remedy } = check;
  return (
    <li className={classes.check} data-ok={ok}>
      <StateMark tone={ok ? 'good' : 'bad'} size={16} />
      <div className={classes.text}>
        <p className={classes.head}>
          <span className={classes.name}>{checkTitle(name, words)}</span>{' '}
          <span className={classes.result}>{ok ? words.diagnostics.well : words.diagnostics.failed}</span>
        </p>
        <p className="dimmed" lang="en">
          <Sentence>{detail}</Sentence>
        </p>
        {remedy !== null && (
          <p className={classes.remedy} lang="en">
            <Sentence>{remedy}</Sentence>
          </p>
        )}
      </div>
    </li>
  );
}

/** Where no agent answers, that is the finding. */
function agentCheck({ message, remedy }: { message: string; remedy: string }): Check {
  return { name: 'agent', ok: false, detail: message, remedy };
}
