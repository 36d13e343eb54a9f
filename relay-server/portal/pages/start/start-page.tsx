/** Leads on: to the computers of a subscription, or to the first run where there is none. */
import { Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { subscriptionsQuery } from '../../api/queries.ts';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { preferred } from '../../shell/last-subscription.ts';
import { PlainPage } from '../../shell/plain-page.tsx';

export function StartPage() {
  const { data, error, refetch } = useQuery(subscriptionsQuery);
  if (data === undefined) {
    return (
      <PlainPage>
        {error === null ? (
          <Center mih="40vh">
            <Loader aria-label="Loading" type="dots" />
          </Center>
        ) : (
          <RefusalAlert error={error} onRetry={() => void refetch()} />
        )}
      </PlainPage>
    );
  }
  const subscription = preferred(data.map(({ name }) => name));
  if (subscription === undefined) return <Navigate to="/welcome" replace />;
  return <Navigate to="/s/$subscription/computers" params={{ subscription }} replace />;
}
