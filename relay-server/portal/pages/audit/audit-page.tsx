/** Audit: every change and every sign-in: who, when, what it was before and after. */
import { Button, Group, UnstyledButton } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Bot, CircleHelp, History, KeyRound, Laptop, type LucideIcon, User } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { api } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import type { AuditEntry, List } from '../../api/shapes.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import classes from './audit.module.css';
import { AuditEntryDrawer } from './audit-entry-drawer.tsx';
import { AuditExports, AuditFilters } from './audit-filters.tsx';
import { auditParameters, isFiltered } from './audit-search.ts';
import { auditWords } from './audit-words.ts';

const PAGE_ENTRIES = 100;
const ACTOR_ICONS: Readonly<Record<AuditEntry['by']['kind'], LucideIcon>> = {
  person: User,
  'api-key': KeyRound,
  machine: Laptop,
  server: Bot,
  nobody: CircleHelp,
};

export function AuditPage() {
  const { subscription } = useParams({ from: '/shell/s/$subscription/audit' });
  const search = useSearch({ from: '/shell/s/$subscription/audit' });
  const navigate = useNavigate({ from: '/s/$subscription/audit' });
  const [shown, setShown] = useState<AuditEntry>();
  const [opened, setOpened] = useState(false);
  const query = auditParameters(search, subscription);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: areaKey('audit', search.of === 'server' ? null : subscription, query),
    queryFn: ({ signal, pageParam }) =>
      api.get<List<AuditEntry>>('/audit', { signal, query: { ...query, limit: PAGE_ENTRIES, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const entries = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const ofServer = search.of === 'server';
  const columns = useMemo(
    () =>
      columnsOf(ofServer, (entry) => {
        setShown(entry);
        setOpened(true);
      }),
    [ofServer],
  );
  const change = (wanted: object) => void navigate({ search: (now) => ({ ...now, ...wanted }), replace: true });

  return (
    <>
      <PageHeader
        title="Audit"
        lead="Every change and every sign-in: who, when, what it was before and after."
        actions={<AuditExports subscription={subscription} value={search} />}
      />
      <AuditFilters value={search} onChange={change} />
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {data !== undefined && entries.length === 0 && !isFiltered(search) && (
        <EmptyState icon={History} title="Nothing has happened yet">
          As soon as somebody changes something here, it is written down: for good, and for everybody to see.
        </EmptyState>
      )}
      {data !== undefined && (entries.length > 0 || isFiltered(search)) && (
        <DataTable
          label={ofServer ? 'Audit of the whole server' : `Audit of ${subscription}`}
          columns={columns}
          rows={entries}
          rowId={({ id }) => id}
          total={entries.length + (hasNextPage ? 1 : 0)}
          onNearEnd={onNearEnd}
          empty={
            <Group justify="center" gap="sm">
              Nothing like this happened.
              <Button
                size="xs"
                variant="default"
                onClick={() => void navigate({ search: ofServer ? { of: 'server' } : {}, replace: true })}
              >
                Clear the filters
              </Button>
            </Group>
          }
        />
      )}
      {shown !== undefined && <AuditEntryDrawer entry={shown} opened={opened} onClose={() => setOpened(false)} />}
    </>
  );
}

function columnsOf(ofServer: boolean, onShow: (entry: AuditEntry) => void): DataColumn<AuditEntry>[] {
  return [
    { id: 'at', header: 'When', cell: ({ at }) => <RelativeTime time={at} />, width: '8.5rem' },
    {
      id: 'what',
      header: 'What happened',
      cell: (entry) => {
        const { what, whom } = auditWords(entry);
        return (
          <UnstyledButton className={classes.what} onClick={() => onShow(entry)}>
            {what}
            {whom !== undefined && (
              <>
                {' '}
                <strong>{whom}</strong>
              </>
            )}
          </UnstyledButton>
        );
      },
      width: 'minmax(11rem, 3fr)',
    },
    {
      id: 'who',
      header: 'Who',
      cell: ({ by }) => {
        const Icon = ACTOR_ICONS[by.kind];
        return (
          <Group gap={6} wrap="nowrap">
            <Icon size={16} aria-label={by.kind.replace('-', ' ')} role="img" />
            <span>{by.name === '' ? 'nobody known' : by.name}</span>
          </Group>
        );
      },
      width: 'minmax(8rem, 1fr)',
      hideOnPhone: true,
    },
    {
      id: 'from',
      header: 'From',
      cell: ({ by }) => <span className="mono">{by.address}</span>,
      width: 'minmax(8rem, 0.8fr)',
      hideOnPhone: true,
    },
    ...(ofServer
      ? [
          {
            id: 'subscription',
            header: 'Subscription',
            cell: ({ subscription }: AuditEntry) => subscription?.name ?? '–',
            width: 'minmax(7rem, 0.8fr)',
            hideOnPhone: true,
          },
        ]
      : []),
  ];
}
