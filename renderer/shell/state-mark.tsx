/**
 * The shape of a state, for those who do not tell colours apart: a full disc with a tick, a triangle, an
 * octagon with a cross, a ring, a dashed ring that turns, a ring with a question. Drawn in the colour of
 * the text, so that it stands in high contrast too. The word beside it says the same.
 */
import classes from './state-mark.module.css';

export type Tone = 'good' | 'warn' | 'bad' | 'idle' | 'pending' | 'unknown';

const CUT = {
  fill: 'none',
  stroke: 'var(--mark-cut, var(--causeway-card))',
  strokeWidth: 2.2,
  strokeLinecap: 'round',
} as const;

export function StateMark({ tone, size = 14 }: { readonly tone: Tone; readonly size?: number }) {
  return (
    <svg className={classes.mark} data-tone={tone} width={size} height={size} viewBox="0 0 20 20" aria-hidden>
      {SHAPES[tone]}
    </svg>
  );
}

const SHAPES: Readonly<Record<Tone, React.ReactNode>> = {
  good: (
    <>
      <circle cx="10" cy="10" r="9" fill="currentColor" />
      <path d="M6 10.4l2.7 2.7L14.2 7.4" {...CUT} />
    </>
  ),
  warn: (
    <>
      <path
        d="M10 2.2 18.6 17.4H1.4z"
        fill="currentColor"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
      />
      <path d="M10 7.6v4.6M10 15.1v.1" {...CUT} />
    </>
  ),
  bad: (
    <>
      <path d="M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z" fill="currentColor" />
      <path d="M7 7l6 6M13 7l-6 6" {...CUT} />
    </>
  ),
  idle: <circle cx="10" cy="10" r="7.8" fill="none" stroke="currentColor" strokeWidth="2.4" />,
  pending: (
    <circle cx="10" cy="10" r="7.8" fill="none" stroke="currentColor" strokeWidth="2.4" strokeDasharray="6.2 3.6" />
  ),
  unknown: (
    <>
      <circle cx="10" cy="10" r="8.2" fill="none" stroke="currentColor" strokeWidth="1.8" />
      <path
        d="M7.6 8a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.6M10 14.4v.1"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinecap="round"
      />
    </>
  ),
};
