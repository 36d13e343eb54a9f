/** Relay: what this server carries between machines: how much, how fast, and what it had to drop. */
import { Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import type { RelayOverTime } from '../../api/shapes.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { DropReasons } from './drop-reasons.tsx';
import { LineChart } from './line-chart.tsx';
import classes from './relay.module.css';
import { chartsOf, momentsOf } from './relay-charts.ts';
import { RelayTiles } from './relay-tiles.tsx';

const EVERY_MS = 2_000;

export function RelayPage() {
  const { data, error, refetch } = useQuery({
    queryKey: areaKey('relay', null),
    queryFn: ({ signal }) => api.get<RelayOverTime>('/relay', { signal }),
    // Not while the page is hidden: that is the query client's own rule.
    refetchInterval: EVERY_MS,
  });
  const moments = useMemo(() => (data === undefined ? [] : momentsOf(data)), [data]);
  return (
    <>
      <PageHeader
        title="Relay"
        lead="What this server carries between machines: how much, how fast, and what it had to drop. It can not read any of it."
      />
      <Stack>
        <RefusalAlert error={error} onRetry={() => void refetch()} />
        {data === undefined && error === null && <Loader size="sm" aria-label="Loading" />}
        {data !== undefined && (
          <>
            <RelayTiles relay={data} />
            {moments.length < 2 ? (
              <Panel>
                <Text c="dimmed">
                  The server has just started. In a moment, what it measures is drawn here over time.
                </Text>
              </Panel>
            ) : (
              <div className={classes.charts}>
                {chartsOf(data).map((chart) => (
                  <LineChart key={chart.title} chart={chart} moments={moments} />
                ))}
              </div>
            )}
            <DropReasons now={data.now} moments={moments} />
          </>
        )}
      </Stack>
    </>
  );
}
