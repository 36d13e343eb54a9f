/** A refusal in the catalogue's words, which are English: what is wrong, what to do, and its code. */
import { Button } from '@mantine/core';
import { Refusal } from '../refusal.ts';
import { useWords } from '../words/use-words.ts';
import classes from './refusal-alert.module.css';
import { Sentence } from './sentence.tsx';
import { StateMark } from './state-mark.tsx';

export interface RefusalAlertProps {
  /** Whatever was thrown; null shows nothing. */
  readonly error: unknown;
  readonly onRetry?: () => void;
}

export function RefusalAlert({ error, onRetry }: RefusalAlertProps) {
  const { words } = useWords();
  if (error === null || error === undefined) return null;
  const { message, remedy, code } = inWords(error);
  return (
    <div className={classes.alert} role="alert">
      <StateMark tone="bad" size={18} />
      <div className={classes.text} lang="en">
        <p className={classes.message}>
          <Sentence>{message}</Sentence>
        </p>
        <p>
          <Sentence>{remedy}</Sentence>
        </p>
        <p className={classes.foot}>
          <span className={`mono ${classes.code}`}>{code}</span>
          {onRetry !== undefined && (
            <Button size="compact-sm" variant="default" onClick={onRetry}>
              {words.actions.tryAgain}
            </Button>
          )}
        </p>
      </div>
    </div>
  );
}

/** What was thrown that is no refusal is a bug of ours. */
function inWords(error: unknown): { message: string; remedy: string; code: string } {
  if (error instanceof Refusal) return error;
  return {
    message: 'This window failed, and it is not your fault.',
    remedy: `Close and open it. If it fails again, report this: ${error instanceof Error ? error.message : String(error)}`,
    code: 'WINDOW_BUG',
  };
}
