/** The install links of a subscription: what they are for, whether they are open, and what can be done. */
import { ActionIcon, Group, Menu, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CalendarClock, EllipsisVertical, Trash2, Users } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { groupsQuery, rolesQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { InstallLink } from '../../api/shapes.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { notifyDone, notifyRefusal } from '../../components/notify.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { ChangeExpiryDialog } from './change-expiry-dialog.tsx';
import { joinsWords } from './joins.ts';
import { linkState, usesWords } from './token-state.ts';
import { TokenUsesDrawer } from './token-uses-drawer.tsx';

type Doing = { readonly what: 'expiry' | 'remove' | 'uses'; readonly link: InstallLink };

export interface LinksListProps {
  readonly subscription: string;
  readonly links: readonly InstallLink[];
}

export function LinksList({ subscription, links }: LinksListProps) {
  const { change: mayChange } = useRights();
  const queryClient = useQueryClient();
  const { data: groups = [] } = useQuery(groupsQuery(subscription));
  const { data: roles = [] } = useQuery(rolesQuery(subscription));
  const [doing, setDoing] = useState<Doing>();
  const [opened, setOpened] = useState(false);
  const one = (link: InstallLink) => path`/subscriptions/${subscription}/install-links/${link.id}`;
  const settled = () => invalidateKinds(queryClient, subscription, 'install-links');
  const done = () => {
    setOpened(false);
    return settled();
  };
  const toggle = useMutation({
    mutationFn: (link: InstallLink) => api.patch<InstallLink>(one(link), { enabled: !link.enabled }),
    onSuccess: async ({ enabled }) => {
      await settled();
      notifyDone(`The install link is ${enabled ? 'on' : 'off: its page and its token work no more'}.`);
    },
    onError: notifyRefusal,
  });
  const move = useMutation({
    mutationFn: ({ link, expiresAt }: { link: InstallLink; expiresAt: string | null }) =>
      api.patch<InstallLink>(one(link), { expiresAt }),
    onSuccess: done,
  });
  const remove = useMutation({ mutationFn: (link: InstallLink) => api.delete(one(link)), onSuccess: done });

  const { mutate: onToggle } = toggle;
  const busyId = toggle.isPending ? toggle.variables.id : undefined;
  const { reset: forgetMove } = move;
  const { reset: forgetRemoval } = remove;
  const columns = useMemo(() => {
    const start = (next: Doing) => {
      forgetMove();
      forgetRemoval();
      setDoing(next);
      setOpened(true);
    };
    const all: DataColumn<InstallLink>[] = [
      {
        id: 'description',
        header: 'What for',
        cell: (link) => nameOf(link),
        sortBy: ({ description }) => description,
        width: 'minmax(9rem, 2.4fr)',
      },
      {
        id: 'joins',
        header: 'Joins',
        cell: ({ token }) =>
          joinsWords(token, groups, roles) ?? (
            <Text span c="dimmed">
              no group yet
            </Text>
          ),
        width: 'minmax(8rem, 1.4fr)',
        hideOnPhone: true,
      },
      {
        id: 'state',
        header: 'State',
        cell: (link) => {
          const { word, tone } = linkState(link, Date.now());
          return <StatusBadge tone={tone}>{word === 'valid' ? 'open' : word}</StatusBadge>;
        },
        sortBy: (link) => linkState(link, Date.now()).word,
        width: '7.5rem',
      },
      {
        id: 'used',
        header: 'Used',
        cell: ({ token }) => usesWords(token),
        sortBy: ({ token }) => token.used,
        width: '6.5rem',
        align: 'end',
        hideOnPhone: true,
      },
      {
        id: 'expires',
        header: 'Expires',
        cell: ({ expiresAt }) => <RelativeTime time={expiresAt} />,
        sortBy: ({ expiresAt }) => expiresAt,
        width: 'minmax(9rem, 0.8fr)',
        hideOnPhone: true,
      },
      {
        id: 'created',
        header: 'Created',
        cell: ({ createdAt }) => <RelativeTime time={createdAt} />,
        sortBy: ({ createdAt }) => createdAt,
        width: 'minmax(9rem, 0.8fr)',
        hideOnPhone: true,
      },
      {
        id: 'actions',
        header: 'On',
        cell: (link) => (
          <RowActions link={link} mayChange={mayChange} busy={busyId === link.id} onToggle={onToggle} onStart={start} />
        ),
        width: '6.5rem',
      },
    ];
    return all;
  }, [groups, roles, mayChange, busyId, onToggle, forgetMove, forgetRemoval]);

  return (
    <>
      <DataTable
        label={`Install links of ${subscription}`}
        columns={columns}
        rows={links}
        rowId={({ id }) => id}
        sortedBy={{ id: 'created', desc: true }}
      />
      {doing?.what === 'expiry' && (
        <ChangeExpiryDialog
          key={doing.link.id}
          link={doing.link}
          opened={opened}
          busy={move.isPending}
          error={move.error}
          onChange={(expiresAt) => move.mutate({ link: doing.link, expiresAt })}
          onClose={() => setOpened(false)}
        />
      )}
      {doing?.what === 'remove' && (
        <ConfirmDialog
          opened={opened}
          title={`Remove the install link “${nameOf(doing.link)}”?`}
          confirmLabel="Remove"
          destructive
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(doing.link)}
          onClose={() => setOpened(false)}
        >
          <Stack gap="xs">
            <Text>Its page closes for good, and its token is revoked. To close it for a while, switch it off.</Text>
            <Text>{stayWords(doing.link.token.used)}</Text>
          </Stack>
        </ConfirmDialog>
      )}
      {doing?.what === 'uses' && (
        <TokenUsesDrawer
          subscription={subscription}
          token={doing.link.token}
          name={nameOf(doing.link)}
          opened={opened}
          onClose={() => setOpened(false)}
        />
      )}
    </>
  );
}

interface RowActionsProps {
  readonly link: InstallLink;
  readonly mayChange: boolean;
  readonly busy: boolean;
  onToggle(link: InstallLink): void;
  onStart(doing: Doing): void;
}

function RowActions({ link, mayChange, busy, onToggle, onStart }: RowActionsProps) {
  const name = nameOf(link);
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      {mayChange ? (
        <Switch
          size="sm"
          aria-label={`Install link ${name} is on`}
          checked={link.enabled}
          disabled={busy}
          onChange={() => onToggle(link)}
        />
      ) : (
        <span>{link.enabled ? 'on' : 'off'}</span>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`More about ${name}`}>
            <EllipsisVertical size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Users size={16} aria-hidden />} onClick={() => onStart({ what: 'uses', link })}>
            Who used it
          </Menu.Item>
          {mayChange && (
            <>
              <Menu.Item
                leftSection={<CalendarClock size={16} aria-hidden />}
                onClick={() => onStart({ what: 'expiry', link })}
              >
                Change expiry
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item
                c="var(--causeway-bad)"
                leftSection={<Trash2 size={16} aria-hidden />}
                onClick={() => onStart({ what: 'remove', link })}
              >
                Remove
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function nameOf({ description }: InstallLink): string {
  return description === '' ? 'Without a name' : description;
}

function stayWords(used: number): string {
  if (used === 0) return 'No computer came by it.';
  if (used === 1) return 'The computer that came by it stays as it is.';
  return `The ${used.toLocaleString('en')} computers that came by it stay as they are.`;
}
