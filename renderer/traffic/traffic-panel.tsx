/** What goes in and out, now in words and over the last two minutes as a graph. */
import { memo } from 'react';
import { rateWords } from '../amounts.ts';
import column from '../shell/page-column.module.css';
import { useWords } from '../words/use-words.ts';
import { TrafficGraph } from './traffic-graph.tsx';
import type { RateSample } from './traffic-history.ts';
import classes from './traffic-panel.module.css';

/** @param samples another array whenever something was added */
export const TrafficPanel = memo(function TrafficPanel({ samples }: { readonly samples: readonly RateSample[] }) {
  const { words, language } = useWords();
  const last = samples.at(-1);
  const [received, sent] = [last?.received ?? 0, last?.sent ?? 0].map((rate) => rateWords(rate, language));
  return (
    <section className={column.card} aria-label={words.traffic.title}>
      <div className={classes.head}>
        <h2 className={column.title}>{words.traffic.title}</h2>
        <p className={classes.rate} data-way="received">
          <svg className={classes.key} width="16" height="8" aria-hidden>
            <path d="M1 4h14" stroke="currentColor" strokeWidth="2.5" />
          </svg>
          <span className="dimmed">{words.traffic.received}</span> {received}
        </p>
        <p className={classes.rate} data-way="sent">
          <svg className={classes.key} width="16" height="8" aria-hidden>
            <path d="M1 4h14" stroke="currentColor" strokeWidth="2.5" strokeDasharray="3.5 2.5" />
          </svg>
          <span className="dimmed">{words.traffic.sent}</span> {sent}
        </p>
      </div>
      <TrafficGraph samples={samples} label={words.traffic.graph} />
    </section>
  );
});
