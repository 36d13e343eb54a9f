/** One of the first three steps: what to do while it is the present one, what has become of it when it is done. */
import { Title } from '@mantine/core';
import { Check } from 'lucide-react';
import { type FocusEvent, type ReactNode, useEffect, useRef } from 'react';
import classes from './guide-step.module.css';

export type StepState = 'done' | 'now' | 'later';

const WORDS = { done: 'Done', now: 'To do now', later: 'Later' } as const;

export interface GuideStepProps {
  readonly number: number;
  readonly title: string;
  readonly state: StepState;
  /** One sentence: what it is good for, or what has become of it. */
  readonly summary: ReactNode;
  readonly children?: ReactNode;
}

export function GuideStep({ number, title, state, summary, children }: GuideStepProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const hadFocus = useRef(false);
  // A step ends by itself, and what had the focus goes with it.
  useEffect(() => {
    if (state === 'done' && hadFocus.current && document.activeElement === document.body) heading.current?.focus();
  }, [state]);
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent) => {
    hadFocus.current = currentTarget.contains(relatedTarget);
  };
  return (
    <li
      className={classes.step}
      data-state={state}
      onFocus={() => {
        hadFocus.current = true;
      }}
      onBlur={onBlur}
    >
      <span className={classes.number} aria-hidden>
        {state === 'done' ? <Check size={18} strokeWidth={3} /> : number}
      </span>
      <div className={classes.panel}>
        <Title order={2} ref={heading} tabIndex={-1} className={classes.title}>
          {title}
          <span className={classes.state}>{WORDS[state]}</span>
        </Title>
        {/* Told by itself when it changes: that is what one waits for. */}
        <div role="status" className={classes.summary}>
          {summary}
        </div>
        <div className={classes.content}>{children}</div>
      </div>
    </li>
  );
}
