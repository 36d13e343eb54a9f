/** A state in a word and a shape; the colour only repeats it. */
import classes from './status-badge.module.css';

export type Tone = 'good' | 'warn' | 'bad' | 'idle';

export interface StatusBadgeProps {
  readonly tone: Tone;
  readonly children: string;
}

export function StatusBadge({ tone, children }: StatusBadgeProps) {
  return (
    <span className={classes.badge} data-tone={tone}>
      <span className={classes.mark} aria-hidden />
      {children}
    </span>
  );
}
