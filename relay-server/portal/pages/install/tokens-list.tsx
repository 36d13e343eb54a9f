/** The activation tokens of a subscription, those of install links among them. */
import { ActionIcon, Menu, Switch, Text, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ban, EllipsisVertical, Users } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { groupsQuery, rolesQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { InstallLink, Token } from '../../api/shapes.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import classes from './install.module.css';
import { joinsWords } from './joins.ts';
import { type State, tokenState, usesWords } from './token-state.ts';
import { TokenUsesDrawer } from './token-uses-drawer.tsx';

interface Row extends Token {
  readonly state: State;
}

export interface TokensListProps {
  readonly subscription: string;
  readonly tokens: readonly Token[];
  /** Because a token works only while its link is on. */
  readonly links: readonly InstallLink[];
}

export function TokensList({ subscription, tokens, links }: TokensListProps) {
  const { change: mayChange } = useRights();
  const queryClient = useQueryClient();
  const { data: groups = [] } = useQuery(groupsQuery(subscription));
  const { data: roles = [] } = useQuery(rolesQuery(subscription));
  const [withEnded, setWithEnded] = useState(false);
  const [doing, setDoing] = useState<{ readonly what: 'uses' | 'revoke'; readonly token: Token }>();
  const [opened, setOpened] = useState(false);
  const revoke = useMutation({
    mutationFn: ({ id }: Token) => api.delete(path`/subscriptions/${subscription}/tokens/${id}`),
    onSuccess: () => {
      setOpened(false);
      setWithEnded(true);
      return invalidateKinds(queryClient, subscription, 'tokens');
    },
  });
  const { reset } = revoke;

  const rows = useMemo(() => {
    const off = new Set(links.filter(({ enabled }) => !enabled).map(({ id }) => id));
    return tokens.map((token): Row => {
      const enabled = token.installLink === null || !off.has(token.installLink);
      return { ...token, state: tokenState(token, Date.now(), enabled) };
    });
  }, [tokens, links]);
  const living = useMemo(() => rows.filter(({ state }) => ['valid', 'switched off'].includes(state.word)), [rows]);
  const ended = rows.length - living.length;

  const columns = useMemo(() => {
    const start = (what: 'uses' | 'revoke', token: Token) => {
      reset();
      setDoing({ what, token });
      setOpened(true);
    };
    const all: DataColumn<Row>[] = [
      {
        id: 'description',
        header: 'What for',
        cell: (token) => nameOf(token),
        sortBy: ({ description }) => description,
        width: 'minmax(9rem, 2fr)',
      },
      {
        id: 'joins',
        header: 'Joins',
        cell: (token) =>
          joinsWords(token, groups, roles) ?? (
            <Text span c="dimmed">
              no group yet
            </Text>
          ),
        width: 'minmax(8rem, 1.2fr)',
        hideOnPhone: true,
      },
      {
        id: 'state',
        header: 'State',
        cell: ({ state }) => <StatusBadge tone={state.tone}>{state.word}</StatusBadge>,
        sortBy: ({ state }) => state.word,
        width: '7.5rem',
      },
      {
        id: 'used',
        header: 'Used',
        cell: (token) => (
          <UnstyledButton
            className={classes.uses}
            aria-label={`Used ${usesWords(token)}: who used ${nameOf(token)}`}
            onClick={() => start('uses', token)}
          >
            {usesWords(token)}
          </UnstyledButton>
        ),
        sortBy: ({ used }) => used,
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
        header: 'More',
        cell: (token) => (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={`More about ${nameOf(token)}`}>
                <EllipsisVertical size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<Users size={16} aria-hidden />} onClick={() => start('uses', token)}>
                Who used it
              </Menu.Item>
              {mayChange && token.revokedAt === null && (
                <Menu.Item
                  c="var(--causeway-bad)"
                  leftSection={<Ban size={16} aria-hidden />}
                  onClick={() => start('revoke', token)}
                >
                  Revoke
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        ),
        width: '4rem',
      },
    ];
    return all;
  }, [groups, roles, mayChange, reset]);

  return (
    <>
      {ended > 0 && (
        <Switch
          mb="sm"
          size="sm"
          label={`Show those that have ended (${ended.toLocaleString('en')})`}
          checked={withEnded}
          onChange={({ currentTarget }) => setWithEnded(currentTarget.checked)}
        />
      )}
      <DataTable
        label={`Activation tokens of ${subscription}`}
        columns={columns}
        rows={withEnded ? rows : living}
        rowId={({ id }) => id}
        sortedBy={{ id: 'created', desc: true }}
        empty="No token works at present."
      />
      {doing?.what === 'revoke' && (
        <ConfirmDialog
          opened={opened}
          title={`Revoke the token “${nameOf(doing.token)}”?`}
          confirmLabel="Revoke"
          destructive
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(doing.token)}
          onClose={() => setOpened(false)}
        >
          <Text>
            Nobody can activate a computer with it any more, and this can not be taken back.
            {doing.token.installLink !== null && ' The page of its install link closes too.'} Machines that came by it
            stay as they are.
          </Text>
        </ConfirmDialog>
      )}
      {doing?.what === 'uses' && (
        <TokenUsesDrawer
          subscription={subscription}
          token={doing.token}
          name={nameOf(doing.token)}
          opened={opened}
          onClose={() => setOpened(false)}
        />
      )}
    </>
  );
}

function nameOf({ description, installLink }: Token): string {
  const name = description === '' ? 'Without a name' : description;
  return installLink === null ? name : `${name} (install link)`;
}
