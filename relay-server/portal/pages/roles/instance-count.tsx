/** How many instances a role had over time: a sentence, a curve, and the numbers for those who want them. */
import { Button, Skeleton, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { api, path } from '../../api/client.ts';
import { areaKey } from '../../api/queries.ts';
import type { InstanceCounts, Role } from '../../api/shapes.ts';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { type CountPoint, countsInWords } from './count-words.ts';
import classes from './roles.module.css';

const Curve = lazy(async () => ({ default: (await import('./instance-curve.tsx')).InstanceCurve }));

/** Of the newest. More are in the curve, and in the API. */
const NUMBERS_SHOWN = 100;
const DATE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export interface InstanceCountProps {
  readonly subscription: string;
  readonly role: Role;
}

export function InstanceCount({ subscription, role }: InstanceCountProps) {
  const [numbersShown, numbers] = useDisclosure(false);
  const { data, error, refetch } = useQuery({
    // Asks again with every instance that comes or goes: that is a change of the machines.
    queryKey: areaKey('roles', subscription, role.id, 'instance-counts', role.instances),
    queryFn: ({ signal }) =>
      api.get<InstanceCounts>(path`/subscriptions/${subscription}/roles/${role.id}/instance-counts`, { signal }),
    placeholderData: (before) => before,
  });
  const points = data?.points ?? [];
  if (data !== undefined && points.length === 0) return null; // the empty state above says it
  return (
    <section aria-label="Instances over time">
      <Panel>
        <Title order={2}>Instances over time</Title>
        <RefusalAlert error={error} onRetry={() => void refetch()} />
        {data !== undefined && (
          <>
            <Text size="sm" c="dimmed" mb="sm">
              {countsInWords(points, (time) => DATE.format(new Date(time)))}
            </Text>
            <div className={classes.chart} aria-hidden>
              <Suspense fallback={<Skeleton h={180} />}>
                <Curve points={points} />
              </Suspense>
            </div>
            <Button
              size="compact-sm"
              variant="subtle"
              mt="xs"
              ml={-8}
              aria-expanded={numbersShown}
              onClick={numbers.toggle}
            >
              {numbersShown ? 'Hide the numbers' : 'Show the numbers'}
            </Button>
            {numbersShown && <Numbers points={points} />}
          </>
        )}
      </Panel>
    </section>
  );
}

function Numbers({ points }: { readonly points: readonly CountPoint[] }) {
  const newest = points.slice(-NUMBERS_SHOWN).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1).
    <section className={classes.numbers} tabIndex={0} aria-label="Numbers of instances, newest first">
      <table>
        <thead>
          <tr>
            <th scope="col">Since</th>
            <th scope="col">Instances</th>
          </tr>
        </thead>
        <tbody>
          {newest.map(({ at, instances }) => (
            <tr key={`${at} ${instances}`}>
              <th scope="row">{DATE.format(new Date(at))}</th>
              <td>{instances.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
