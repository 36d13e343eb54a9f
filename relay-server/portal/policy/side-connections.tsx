/** What one group or role is connected to: listed, connected to more, cut. */
import { ActionIcon, Button, Group, Text, Title, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Cable, Plus, Scissors, Server, Workflow } from 'lucide-react';
import { useState } from 'react';
import { connectionsQuery, groupsQuery, rolesQuery } from '../api/queries.ts';
import { useRights } from '../api/rights.ts';
import type { Connection } from '../api/shapes.ts';
import { LinkAnchor } from '../components/links.tsx';
import { Panel } from '../components/panel.tsx';
import { RefusalAlert } from '../components/refusal-alert.tsx';
import { ChooseDialog } from './choose-dialog.tsx';
import { useProposal } from './proposal.tsx';
import classes from './side-connections.module.css';
import { connectable, otherSides, type Side } from './sides.ts';

export interface SideConnectionsProps {
  readonly subscription: string;
  readonly side: Side;
}

export function SideConnections({ subscription, side }: SideConnectionsProps) {
  const { data: connections, error, refetch } = useQuery(connectionsQuery(subscription));
  const rights = useRights();
  const propose = useProposal();
  const [choosing, setChoosing] = useState(false);
  const others = otherSides(connections ?? [], side);
  const cut = (other: Side) =>
    propose({
      subscription,
      title: `Cut ${side.name} from ${other.name}?`,
      confirmLabel: 'Cut',
      destructive: true,
      done: `${side.name} and ${other.name} are no longer connected.`,
      changes: [{ do: 'disconnect', a: idOf(side), b: idOf(other) }],
    });
  return (
    <section aria-label="Connections">
      <Panel>
        <Group justify="space-between" mb="sm">
          <Title order={2}>Connections</Title>
          {rights.change && (
            <Button
              size="xs"
              variant="default"
              leftSection={<Plus size={14} aria-hidden />}
              onClick={() => setChoosing(true)}
            >
              Connect…
            </Button>
          )}
        </Group>
        <RefusalAlert error={error} onRetry={() => void refetch()} />
        {connections !== undefined && others.length === 0 && <Nothing side={side} />}
        {others.length > 0 && (
          <ul className={classes.list}>
            {others.map((other) => (
              <li key={`${other.kind} ${other.id}`} className={classes.item}>
                <SideLink subscription={subscription} side={other} />
                {rights.change && (
                  <Tooltip label="Cut">
                    <ActionIcon aria-label={`Cut the connection to ${other.name}`} onClick={() => cut(other)}>
                      <Scissors size={16} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                )}
              </li>
            ))}
          </ul>
        )}
        <ConnectDialog
          subscription={subscription}
          side={side}
          connections={connections ?? []}
          opened={choosing}
          onClose={() => setChoosing(false)}
        />
      </Panel>
    </section>
  );
}

function Nothing({ side: { kind } }: { readonly side: Side }) {
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start" c="dimmed">
      <Cable size={18} className={classes.icon} aria-hidden />
      <Text size="sm">
        {kind === 'group'
          ? 'Connected to nothing yet. Connect this group to a role, and the role’s instances and these computers reach each other.'
          : 'Connected to nothing yet. Connect this role to a group, and its instances and the group’s computers reach each other.'}
      </Text>
    </Group>
  );
}

function SideLink({ subscription, side }: SideConnectionsProps) {
  const Icon = side.kind === 'group' ? Workflow : Server;
  return (
    <span className={classes.side}>
      <Icon size={16} className={classes.icon} aria-hidden />
      {side.kind === 'group' ? (
        <LinkAnchor
          to="/s/$subscription/groups/$group"
          params={{ subscription, group: side.id }}
          className={classes.name}
        >
          {side.name}
        </LinkAnchor>
      ) : (
        <LinkAnchor to="/s/$subscription/roles/$role" params={{ subscription, role: side.id }} className={classes.name}>
          {side.name}
        </LinkAnchor>
      )}
      <Text span size="xs" c="dimmed">
        {side.kind}
      </Text>
    </span>
  );
}

interface ConnectDialogProps extends SideConnectionsProps {
  readonly connections: readonly Connection[];
  readonly opened: boolean;
  onClose(): void;
}

function ConnectDialog({ subscription, side, connections, opened, onClose }: ConnectDialogProps) {
  const { data: groups = [] } = useQuery(groupsQuery(subscription));
  const { data: roles = [] } = useQuery(rolesQuery(subscription));
  const propose = useProposal();
  const sides = connectable(side, connections, groups, roles);
  const choicesOf = (kind: Side['kind']) =>
    sides.filter((other) => other.kind === kind).map(({ id, name }) => ({ value: id, label: name }));
  const connect = (other: Side) =>
    propose({
      subscription,
      title: `Connect ${side.name} to ${other.name}?`,
      confirmLabel: 'Connect',
      done: `${side.name} and ${other.name} are connected.`,
      changes: [{ do: 'connect', a: idOf(side), b: idOf(other) }],
    });
  return (
    <ChooseDialog
      opened={opened}
      onClose={onClose}
      title={`Connect ${side.name}`}
      label={side.kind === 'group' ? 'To which role or group' : 'To which group'}
      choices={[
        { group: 'Roles', items: choicesOf('role') },
        { group: 'Groups', items: choicesOf('group') },
      ].filter(({ items }) => items.length > 0)}
      nothing="There is nothing more that it could be connected to."
      confirmLabel="Connect…"
      onChoose={(chosen) => {
        const other = sides.find(({ id }) => id === chosen);
        if (other !== undefined) connect(other);
      }}
    >
      {side.kind === 'group'
        ? 'Everything on one side reaches everything on the other. You see who gains access before it is done.'
        : 'The instances of this role and the group’s computers will reach each other. Roles are connected to groups only, never to each other. You see who gains access before it is done.'}
    </ChooseDialog>
  );
}

function idOf({ kind, id }: Side): Pick<Side, 'kind' | 'id'> {
  return { kind, id };
}
