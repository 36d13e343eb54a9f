/** API keys: for programs that do what this portal does. Only owners see and make them. */
import { ActionIcon, Anchor, Button, Code, Text, Tooltip } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Lock, Plus, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { accountQuery, apiKeysQuery, subscriptionsQuery } from '../../api/queries.ts';
import { useRights } from '../../api/rights.ts';
import type { ApiKey, Subscription } from '../../api/shapes.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { MakeKeyDialog } from './make-key-dialog.tsx';
import { RIGHTS_WORDS } from './rights-words.ts';

const LEAD = 'For programs that do what this portal does.';

export function ApiKeysPage() {
  const { own } = useRights();
  const { data: account } = useQuery(accountQuery);
  if (account !== undefined && !own) {
    return (
      <>
        <PageHeader title="API keys" lead={LEAD} />
        <EmptyState icon={Lock} title="API keys are the owners’ business">
          A key lets a program use the REST API without signing in, so only owners make, see and revoke keys. You are{' '}
          {account.rights === 'viewer' ? 'a viewer' : 'an administrator'}: ask an owner if you need one. What the API
          can do is described at{' '}
          <Anchor href="/api/docs" underline="always" inherit>
            /api/docs
          </Anchor>
          .
        </EmptyState>
      </>
    );
  }
  return <OwnersPage allowed={own} />;
}

function OwnersPage({ allowed }: { readonly allowed: boolean }) {
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery({ ...apiKeysQuery, enabled: allowed });
  const { data: subscriptions = [] } = useQuery(subscriptionsQuery);
  const [making, setMaking] = useState({ opened: false, number: 0 });
  const [revoking, setRevoking] = useState<ApiKey>();
  const [asking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: ({ id }: ApiKey) => api.delete(path`/api-keys/${id}`),
    onSuccess: () => {
      setAsking(false);
      return invalidateKinds(queryClient, null, 'api-keys');
    },
  });
  const { reset } = revoke;
  const columns = useMemo(
    () =>
      columnsOf(subscriptions, (key) => {
        reset();
        setRevoking(key);
        setAsking(true);
      }),
    [subscriptions, reset],
  );
  const makeButton = (
    <Button
      leftSection={<Plus size={16} aria-hidden />}
      onClick={() => setMaking(({ number }) => ({ opened: true, number: number + 1 }))}
    >
      New API key
    </Button>
  );
  return (
    <>
      <PageHeader
        title="API keys"
        lead={
          <>
            {LEAD} The REST API is described at{' '}
            <Anchor href="/api/docs" underline="always" inherit>
              /api/docs
            </Anchor>
            .
          </>
        }
        actions={allowed && makeButton}
      />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {data?.length === 0 && (
        <EmptyState icon={KeyRound} title="No API key yet" action={makeButton}>
          A key lets a program use the REST API in your place: to export the policy into git, to watch who is connected,
          to make tokens for new machines. Give it no more rights than it needs, and an end.
        </EmptyState>
      )}
      {data !== undefined && data.length > 0 && (
        <DataTable
          label="API keys"
          columns={columns}
          rows={data}
          rowId={({ id }) => id}
          sortedBy={{ id: 'created', desc: true }}
        />
      )}
      <MakeKeyDialog
        key={making.number}
        opened={making.opened}
        onClose={() => setMaking(({ number }) => ({ opened: false, number }))}
      />
      {revoking !== undefined && (
        <ConfirmDialog
          opened={asking}
          title={`Revoke the API key “${nameOf(revoking)}”?`}
          confirmLabel="Revoke"
          destructive
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(revoking)}
          onClose={() => setAsking(false)}
        >
          <Text>
            Whatever program has it is refused from the next request on. This can not be taken back.{' '}
            {revoking.lastUsedAt === null ? (
              'It was never used.'
            ) : (
              <>
                It was last used <RelativeTime time={revoking.lastUsedAt} />.
              </>
            )}
          </Text>
        </ConfirmDialog>
      )}
    </>
  );
}

function columnsOf(subscriptions: readonly Subscription[], onRevoke: (key: ApiKey) => void): DataColumn<ApiKey>[] {
  return [
    {
      id: 'description',
      header: 'What for',
      cell: (key) => (
        <>
          {nameOf(key)} {isOver(key) && <StatusBadge tone="warn">expired</StatusBadge>}
        </>
      ),
      sortBy: ({ description }) => description,
      width: 'minmax(9rem, 2fr)',
    },
    {
      id: 'id',
      header: 'Begins with',
      cell: ({ id }) => <Code>{`cwk_${id}`}</Code>,
      width: '13rem',
      hideOnPhone: true,
    },
    {
      id: 'rights',
      header: 'Rights',
      cell: ({ rights }) => RIGHTS_WORDS[rights].name,
      sortBy: ({ rights }) => rights,
      width: '8rem',
    },
    {
      id: 'subscription',
      header: 'Where',
      cell: ({ subscription }) =>
        subscription === null
          ? 'everywhere'
          : (subscriptions.find(({ id }) => id === subscription)?.name ?? subscription),
      width: 'minmax(7rem, 1fr)',
      hideOnPhone: true,
    },
    {
      id: 'expires',
      header: 'Expires',
      cell: ({ expiresAt }) => <RelativeTime time={expiresAt} />,
      sortBy: ({ expiresAt }) => expiresAt,
      width: '7.5rem',
      hideOnPhone: true,
    },
    {
      id: 'used',
      header: 'Last used',
      cell: ({ lastUsedAt }) => <RelativeTime time={lastUsedAt} />,
      sortBy: ({ lastUsedAt }) => lastUsedAt,
      width: '8.5rem',
      hideOnPhone: true,
    },
    {
      id: 'created',
      header: 'Created',
      cell: ({ createdAt, createdBy }) => (
        <span title={`by ${createdBy}`}>
          <RelativeTime time={createdAt} />
        </span>
      ),
      sortBy: ({ createdAt }) => createdAt,
      width: '8.5rem',
      hideOnPhone: true,
    },
    {
      id: 'actions',
      header: 'Revoke',
      cell: (key) => (
        <Tooltip label="Revoke">
          <ActionIcon aria-label={`Revoke ${nameOf(key)}`} onClick={() => onRevoke(key)}>
            <Trash2 size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ),
      width: '4.75rem',
    },
  ];
}

function nameOf({ description, id }: ApiKey): string {
  return description === '' ? `cwk_${id}` : description;
}

function isOver({ expiresAt }: ApiKey): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now();
}
