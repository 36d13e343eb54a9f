/** Why frames were dropped, and whether that is bad. */
import { Text, Title } from '@mantine/core';
import type { RelaySample } from '../../api/shapes.ts';
import { Panel } from '../../components/panel.tsx';
import classes from './relay.module.css';
import { dropWords, perSecondWords } from './relay-words.ts';

export interface DropReasonsProps {
  readonly now: RelaySample;
  readonly moments: readonly RelaySample[];
}

export function DropReasons({ now, moments }: DropReasonsProps) {
  return (
    <Panel component="section" aria-labelledby="drop-reasons">
      <Title order={2} id="drop-reasons">
        Why frames are dropped
      </Title>
      <Text c="dimmed" mb="md">
        The relay promises nothing: what it can not deliver in time it drops, and TCP inside of the tunnel sends it
        again.
      </Text>
      <dl className={classes.reasons}>
        {Object.entries(now.droppedPerSecond).map(([reason, rate]) => {
          const { name, why } = dropWords(reason);
          const most = Math.max(rate, ...moments.map(({ droppedPerSecond }) => droppedPerSecond[reason] ?? 0));
          return (
            <div key={reason}>
              <dt>{name}</dt>
              <dd className={classes.rate}>
                <strong>{perSecondWords(rate)}</strong> now, {perSecondWords(most)} at most
              </dd>
              <dd>{why}</dd>
            </div>
          );
        })}
      </dl>
    </Panel>
  );
}
