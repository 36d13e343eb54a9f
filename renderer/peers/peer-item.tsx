/** One machine of the list. Drawn again only when something of it has changed. */
import { ChevronDown } from 'lucide-react';
import { memo, useId, useState } from 'react';
import { byteWords, roundTripWords } from '../amounts.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import { StateMark } from '../shell/state-mark.tsx';
import { useWords } from '../words/use-words.ts';
import { PeerDetails } from './peer-details.tsx';
import classes from './peer-item.module.css';
import { PEER_TONES, type PeerRow } from './peer-rows.ts';

export const SPARK_WIDTH = 52;
export const SPARK_HEIGHT = 20;

export interface PeerItemProps extends PeerRow {
  /** Path of the sparkline; empty when nothing was said for two minutes. */
  readonly spark: string;
}

export const PeerItem = memo(function PeerItem({ spark, ...row }: PeerItemProps) {
  const { words, language } = useWords();
  const [open, setOpen] = useState(false);
  const details = useId();
  const { name, memberOf, ipv4, state, roundTripMs, receivedBytes, sentBytes } = row;
  const bytes = receivedBytes + sentBytes;
  const quiet = spark === '' && roundTripMs === null && bytes === 0;
  return (
    <li className={classes.item} data-open={open}>
      <div className={classes.row}>
        <button
          type="button"
          className={classes.toggle}
          data-quiet={quiet}
          aria-expanded={open}
          {...(open && { 'aria-controls': details })}
          onClick={() => setOpen(!open)}
        >
          <StateMark tone={PEER_TONES[state]} size={14} />
          <span className={classes.names}>
            <span className={classes.name}>{name}</span>
            <span className={classes.line}>
              <span className={classes.state} data-tone={PEER_TONES[state]}>
                {words.peers.states[state]}
              </span>
              <span aria-hidden> · </span>
              <span className="unseen">, </span>
              {memberOf}
            </span>
          </span>
          <svg className={classes.spark} width={SPARK_WIDTH} height={SPARK_HEIGHT} aria-hidden>
            <path d={spark} />
          </svg>
          <span className={classes.figures}>
            <span>{roundTripMs === null ? '' : roundTripWords(roundTripMs, language)}</span>
            <span className="dimmed">{bytes === 0 ? '' : byteWords(bytes, language)}</span>
          </span>
          <ChevronDown size={14} className={classes.chevron} aria-hidden />
        </button>
        <CopyButton text={ipv4} what={`${words.peers.addressOf(name)} (${ipv4})`} />
      </div>
      {open && (
        <div id={details}>
          <PeerDetails {...row} />
        </div>
      )}
    </li>
  );
});
