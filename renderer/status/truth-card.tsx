/** One of the two truths. Its state is a live region; its age, which ticks, is not. */
import { memo } from 'react';
import { AgeLine } from '../shell/age-line.tsx';
import { StateMark } from '../shell/state-mark.tsx';
import classes from './truth-card.module.css';
import type { Truth } from './truths.ts';

export interface TruthCardProps {
  readonly title: string;
  readonly truth: Truth;
}

export const TruthCard = memo(function TruthCard({ title, truth }: TruthCardProps) {
  const { tone, state, detail, detailIsEnglish, age } = truth;
  return (
    <section className={classes.card} data-tone={tone} aria-label={title}>
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.state} role="status">
        <StateMark tone={tone} size={18} />
        <span>{state}</span>
      </p>
      {detail !== null && (
        <p className={classes.detail} {...(detailIsEnglish && { lang: 'en' })}>
          {detail}
        </p>
      )}
      {age !== null && (
        <p className={classes.age}>
          <AgeLine age={age} />
        </p>
      )}
    </section>
  );
}, sameTruth);

/** Each second brings an equal one. */
function sameTruth(one: TruthCardProps, other: TruthCardProps): boolean {
  return one.title === other.title && JSON.stringify(one.truth) === JSON.stringify(other.truth);
}
