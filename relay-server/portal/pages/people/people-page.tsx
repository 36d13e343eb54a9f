/** People: who may sign in to this portal, and what they may do. For owners. */
import { Button, Center, Loader } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { skipToken, useQuery } from '@tanstack/react-query';
import { Lock, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { accountQuery, areaKey } from '../../api/queries.ts';
import type { List, Person } from '../../api/shapes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { AddPersonDialog } from './add-person-dialog.tsx';
import { PeopleTable } from './people-table.tsx';
import { PersonDialog } from './person-dialog.tsx';

export function PeoplePage() {
  const { data: account, error: accountError } = useQuery(accountQuery);
  const own = account?.rights === 'owner';
  const people = useQuery({
    queryKey: areaKey('people', null),
    queryFn: own ? async ({ signal }) => (await api.get<List<Person>>('/people', { signal })).items : skipToken,
  });
  const [adding, add] = useDisclosure(false);
  const [chosen, setChosen] = useState<string>();
  const person = people.data?.find(({ id }) => id === chosen);
  return (
    <>
      <PageHeader
        title="People"
        lead="Who may sign in to this portal, and what they may do."
        actions={
          own && (
            <Button leftSection={<UserPlus size={16} aria-hidden />} onClick={add.open}>
              Add somebody
            </Button>
          )
        }
      />
      <RefusalAlert error={accountError ?? people.error} onRetry={() => void people.refetch()} />
      {account !== undefined && !own && (
        <EmptyState
          icon={Lock}
          title="Only owners see this page"
          action={<LinkButton to="/account">Your account</LinkButton>}
        >
          You are {account.rights === 'viewer' ? 'a viewer' : 'an administrator'}. Who may sign in, and with which
          rights, is for owners of this server; your own name and password you find in your account.
        </EmptyState>
      )}
      {own && people.data === undefined && people.error === null && (
        <Center mih="30vh">
          <Loader type="dots" aria-label="Loading" />
        </Center>
      )}
      {people.data !== undefined && account !== undefined && (
        <PeopleTable people={people.data} self={account.id} onChoose={setChosen} />
      )}
      <AddPersonDialog opened={adding} onClose={add.close} />
      {person !== undefined && (
        <PersonDialog
          key={person.id}
          person={person}
          self={person.id === account?.id}
          onClose={() => setChosen(undefined)}
        />
      )}
    </>
  );
}
