/** New subscription: a network of its own, for another company, or to try something. For owners. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { accountQuery } from '../../api/queries.ts';
import { Refusal } from '../../api/refusal.ts';
import type { Subscription } from '../../api/shapes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { subscriptionNameProblem } from './subscription-name.ts';
import { SubscriptionNameField } from './subscription-name-field.tsx';

export function NewSubscriptionPage() {
  const { data: account } = useQuery(accountQuery);
  return (
    <>
      <PageHeader
        title="New subscription"
        lead="A network of its own: its computers, groups and roles know nothing of those of another one."
      />
      {account?.rights === 'owner' && <NewSubscriptionForm />}
      {account !== undefined && account.rights !== 'owner' && (
        <EmptyState icon={Lock} title="Only owners make subscriptions">
          Ask an owner of this server for one, or to make you an owner.
        </EmptyState>
      )}
    </>
  );
}

function NewSubscriptionForm() {
  const [name, setName] = useState('');
  const [judged, setJudged] = useState(false);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => api.post<Subscription>('/subscriptions', { name }),
    onSuccess: async (created) => {
      void invalidateKinds(queryClient, null, 'subscriptions');
      await navigate({ to: '/s/$subscription/start', params: { subscription: created.name } });
    },
  });
  const taken = create.error instanceof Refusal && create.error.code === 'EXISTS_ALREADY';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setJudged(true);
    if (subscriptionNameProblem(name) === undefined) create.mutate();
  };
  return (
    <Panel maw={560}>
      <form onSubmit={submit}>
        <Stack>
          <SubscriptionNameField
            value={name}
            onChange={setName}
            judged={judged}
            error={taken ? 'There is a subscription of this name already.' : undefined}
          />
          <Text size="sm" c="dimmed">
            People and their rights are those of the server: whoever may sign in sees this subscription too.
          </Text>
          <RefusalAlert error={taken ? null : create.error} />
          <Group justify="flex-end">
            <LinkButton to="/" variant="default">
              Cancel
            </LinkButton>
            <Button type="submit" loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
