/** API keys: for programs that do what this portal does. */
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { api } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import type { ApiKey, List } from '../../api/shapes.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

const COLUMNS: readonly DataColumn<ApiKey>[] = [
  {
    id: 'description',
    header: 'What for',
    cell: ({ description }) => description,
    sortBy: ({ description }) => description,
    width: 'minmax(8rem, 2fr)',
  },
  {
    id: 'id',
    header: 'Begins with',
    cell: ({ id }) => <Text span ff="monospace" size="sm">{`cwk_${id}`}</Text>,
    width: 'minmax(13rem, 1fr)',
    hideOnPhone: true,
  },
  {
    id: 'created',
    header: 'Created',
    cell: ({ createdAt }) => <RelativeTime time={createdAt} />,
    sortBy: ({ createdAt }) => createdAt,
  },
  {
    id: 'used',
    header: 'Last used',
    cell: ({ lastUsedAt }) => <RelativeTime time={lastUsedAt} />,
    sortBy: ({ lastUsedAt }) => lastUsedAt,
  },
];

export function ApiKeysPage() {
  const { data, error, refetch } = useQuery({
    queryKey: areaKey('api-keys', null),
    queryFn: async ({ signal }) => (await api.get<List<ApiKey>>('/api-keys', { signal })).items,
  });
  return (
    <>
      <PageHeader title="API keys" lead="For programs that do what this portal does." />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {data?.length === 0 && (
        <EmptyState icon={KeyRound} title="No API key yet">
          A key lets a program use the REST API in your place. Give it no more rights than it needs.
        </EmptyState>
      )}
      {data !== undefined && data.length > 0 && (
        <DataTable
          label="API keys"
          columns={COLUMNS}
          rows={data}
          rowId={({ id }) => id}
          sortedBy={{ id: 'created', desc: true }}
        />
      )}
    </>
  );
}
