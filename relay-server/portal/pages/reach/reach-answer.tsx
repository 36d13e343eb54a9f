/** Whether one machine may reach another: large, with the reason, and the way to change it. */
import { Button, Loader, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ban, Check } from 'lucide-react';
import { useRef } from 'react';
import { api, path } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { Machine, Reachability } from '../../api/shapes.ts';
import { useFocusWhenLost } from '../../components/focus-when-lost.ts';
import { LinkAnchor, LinkButton } from '../../components/links.tsx';
import { pickedMachineQuery } from '../../components/machine-picker.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { useProposal } from '../../policy/proposal.tsx';
import classes from './reach.module.css';
import { offlineWords, placesToDecide } from './reach-words.ts';

export interface ReachAnswerProps {
  readonly subscription: string;
  /** Ids or names. */
  readonly from: string;
  readonly to: string;
}

export function ReachAnswer({ subscription, from, to }: ReachAnswerProps) {
  const { data, error, refetch } = useQuery({
    queryKey: areaKey('reach', subscription, from, to),
    queryFn: ({ signal }) =>
      api.get<Reachability>(path`/subscriptions/${subscription}/reachability`, { signal, query: { from, to } }),
  });
  const headline = useRef<HTMLHeadingElement>(null);
  // The button that mends it goes away with it.
  useFocusWhenLost(headline, data?.allowed);
  const a = useQuery(pickedMachineQuery(subscription, from)).data;
  const b = useQuery(pickedMachineQuery(subscription, to)).data;
  if (error !== null) return <RefusalAlert error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Loader aria-label="Asking the server" type="dots" />;
  const { allowed, reason, remedy } = data;
  const Icon = allowed ? Check : Ban;
  const machines = [a, b].filter((machine) => machine !== undefined);
  const offline = allowed ? offlineWords(machines) : null;
  return (
    <Panel p={0} className={classes.answer} data-tone={allowed ? 'good' : 'bad'}>
      <div className={classes.verdict}>
        <span className={classes.icon}>
          <Icon size={30} strokeWidth={2} aria-hidden />
        </span>
        <div role="status" className={classes.words}>
          <Title order={2} ref={headline} tabIndex={-1} className={classes.headline}>
            {allowed ? 'Yes' : 'No'}
            {a !== undefined && b !== undefined && `, ${a.name} ${allowed ? 'can' : 'can not'} reach ${b.name}`}
          </Title>
          <Text size="lg">{reason}</Text>
          {offline !== null && <Text c="dimmed">{offline}</Text>}
          {allowed && <Text c="dimmed">It works both ways.</Text>}
        </div>
      </div>
      {!allowed && <Remedy subscription={subscription} remedy={remedy} machines={machines} />}
    </Panel>
  );
}

interface RemedyProps {
  readonly subscription: string;
  readonly remedy: Reachability['remedy'];
  readonly machines: readonly Machine[];
}

function Remedy({ subscription, remedy, machines }: RemedyProps) {
  const { change } = useRights();
  const propose = useProposal();
  if (remedy === null) {
    return (
      <div className={classes.remedy}>
        <Text>Nothing in the policy of {subscription} would change that.</Text>
      </div>
    );
  }
  const { sentence, changes } = remedy;
  const fix = () =>
    propose({
      subscription,
      title: `Let ${machines.map(({ name }) => name).join(' and ')} reach each other?`,
      confirmLabel: 'Fix it',
      changes,
    });
  return (
    <div className={classes.remedy}>
      <Stack gap={2}>
        <Title order={3}>What would change that</Title>
        <Text>{sentence}</Text>
        {changes.length > 0 && !change && <Text c="dimmed">An administrator can do this.</Text>}
      </Stack>
      {changes.length > 0 && change && <Button onClick={fix}>Fix it…</Button>}
      {changes.length === 0 && (
        <div className={classes.places}>
          {placesToDecide(machines).map(({ id, name }) => (
            <LinkButton
              key={id}
              variant="default"
              to="/s/$subscription/computers/$computer"
              params={{ subscription, computer: id }}
            >
              Choose a group for {name}
            </LinkButton>
          ))}
          <LinkAnchor to="/s/$subscription/policy" params={{ subscription }}>
            See the policy
          </LinkAnchor>
        </div>
      )}
    </div>
  );
}
