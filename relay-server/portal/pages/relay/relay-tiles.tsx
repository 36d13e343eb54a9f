/** The relay at this moment, in numbers. */
import type { ReactNode } from 'react';
import type { RelayOverTime } from '../../api/shapes.ts';
import { byteWords } from '../../components/byte-words.ts';
import { rateWords } from '../../components/rate-words.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import classes from './relay.module.css';
import { ageWords, countWords, shareWords } from './relay-words.ts';

export function RelayTiles({ relay: { now, startedAt, serverVersion } }: { readonly relay: RelayOverTime }) {
  const tiles: readonly (readonly [string, ReactNode, string])[] = [
    ['Relay connections', countWords(now.relayConnections), 'machines that send data'],
    ['Control connections', countWords(now.controlConnections), 'machines in touch now'],
    ['In', rateWords(now.inBytesPerSecond), 'from machines'],
    ['Out', rateWords(now.outBytesPerSecond), 'to machines'],
    ['Frames', countWords(now.framesPerSecond), 'a second'],
    ['Queued', byteWords(now.queuedBytes), 'waits for slow lines'],
    ['Queue age', ageWords(now.queueAgeMs), 'the longest wait'],
    ['CPU', shareWords(now.cpu), 'of one core'],
    ['Memory', byteWords(now.residentBytes), `${byteWords(now.heapBytes)} of it JavaScript`],
    ['Started', <RelativeTime key="started" time={startedAt} />, `version ${serverVersion}`],
  ];
  return (
    <dl className={classes.tiles}>
      {tiles.map(([name, value, note]) => (
        <div key={name} className={classes.tile}>
          <dt>{name}</dt>
          <dd className={classes.value}>{value}</dd>
          <dd className={classes.note}>{note}</dd>
        </div>
      ))}
    </dl>
  );
}
