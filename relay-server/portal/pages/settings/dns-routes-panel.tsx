/** Which domains of the company's own are asked of which DNS servers in the network, and the ways to change it. */
import { Button, Group, Skeleton, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useRights } from '../../api/rights.ts';
import type { DnsRoute } from '../../api/shapes.ts';
import { LinkAnchor } from '../../components/links.tsx';
import { pickedMachineQuery } from '../../components/machine-picker.tsx';
import { notifyRefusal } from '../../components/notify.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useProposal } from '../../policy/proposal.tsx';
import { DnsRouteDialog } from './dns-route-dialog.tsx';
import { changeOfRoute, dnsRoutesQuery } from './dns-routes.ts';
import { SUFFIXES_MAX } from './dns-suffix.ts';
import classes from './settings.module.css';

interface Editing {
  readonly route: DnsRoute | undefined;
  readonly opened: boolean;
  readonly number: number;
}

export function DnsRoutesPanel({ subscription }: { readonly subscription: string }) {
  const { data: routes, error, refetch } = useQuery(dnsRoutesQuery(subscription));
  const { change } = useRights();
  const [editing, setEditing] = useState<Editing>({ route: undefined, opened: false, number: 0 });
  const edit = (route: DnsRoute | undefined) =>
    setEditing(({ number }) => ({ route, opened: true, number: number + 1 }));
  const others = (routes ?? []).map(({ suffix }) => suffix).filter((suffix) => suffix !== editing.route?.suffix);
  return (
    <Panel component="section" aria-labelledby="dns-suffixes">
      <Group justify="space-between" align="flex-start" gap="md">
        <div className={classes.words}>
          <Title order={2} id="dns-suffixes">
            On-premises DNS suffixes
          </Title>
          <Text c="dimmed" mt={2}>
            A role instance that opens files.corp.example, or joins the domain, needs names that only your own DNS
            servers know. If one of those is a computer of this network, names under the domain are asked of it.
          </Text>
        </div>
        {change && routes !== undefined && routes.length < SUFFIXES_MAX && (
          <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => edit(undefined)}>
            Add a domain…
          </Button>
        )}
      </Group>
      <RefusalAlert error={routes === undefined ? error : null} onRetry={() => void refetch()} />
      {routes === undefined && error === null && <Skeleton h={48} mt="md" aria-label="Loading" />}
      {routes?.length === 0 && <Text mt="md">None is set up. Only names of this network are looked up in it.</Text>}
      {routes !== undefined && routes.length > 0 && (
        <ul className={classes.routes}>
          {routes.map((route) => (
            <RouteRow key={route.suffix} subscription={subscription} route={route} onEdit={() => edit(route)} />
          ))}
        </ul>
      )}
      <DnsRouteDialog
        key={editing.number}
        subscription={subscription}
        route={editing.route}
        others={others}
        opened={editing.opened}
        onClose={() => setEditing((before) => ({ ...before, opened: false }))}
      />
    </Panel>
  );
}

interface RouteRowProps {
  readonly subscription: string;
  readonly route: DnsRoute;
  onEdit(): void;
}

function RouteRow({ subscription, route, onEdit }: RouteRowProps) {
  const { suffix, servers, machines } = route;
  const { change } = useRights();
  const propose = useProposal();
  const remove = async () => {
    try {
      const without = await changeOfRoute(subscription, route, undefined);
      propose({
        subscription,
        title: `Remove ${suffix}?`,
        confirmLabel: 'Remove',
        changes: [without],
        done: `Names under ${suffix} are asked in the network no more.`,
        destructive: true,
      });
    } catch (refusal) {
      notifyRefusal(refusal);
    }
  };
  return (
    <li className={classes.route}>
      <div className={classes.words}>
        <Text fw={600}>{suffix}</Text>
        <Text size="sm" c="dimmed" component="div" className={classes.askedOf}>
          <span>{machines === 'all' ? 'All machines ask' : 'Role instances ask'}</span>
          {servers.map((server) => (
            <Server key={server} subscription={subscription} name={server} />
          ))}
        </Text>
      </div>
      {change && (
        <Group gap="xs" wrap="nowrap">
          <Button size="xs" variant="default" aria-label={`Edit ${suffix}`} onClick={onEdit}>
            Edit…
          </Button>
          <Button size="xs" variant="default" aria-label={`Remove ${suffix}`} onClick={() => void remove()}>
            Remove…
          </Button>
        </Group>
      )}
    </li>
  );
}

/** Whether it can be asked now: names that are not found are first looked for here. */
function Server({ subscription, name }: { readonly subscription: string; readonly name: string }) {
  const { data: machine, error } = useQuery(pickedMachineQuery(subscription, name));
  return (
    <span className={classes.server}>
      <LinkAnchor to="/s/$subscription/computers/$computer" params={{ subscription, computer: name }}>
        {name}
      </LinkAnchor>
      {error !== null && <StatusBadge tone="bad">Not here</StatusBadge>}
      {machine?.online === false && <StatusBadge tone="warn">Offline</StatusBadge>}
    </span>
  );
}
