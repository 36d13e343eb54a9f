/** Policy: who may reach whom: roles on one side, groups on the other, a line for each connection. */
import { Button, Loader, Tabs } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Cable, Plus, Share2, Table2 } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useState } from 'react';
import { useRights } from '../../api/rights.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { NewSideDialog } from '../../policy/new-side-dialog.tsx';
import { ConnectForm } from './connect-form.tsx';
import { type PolicyChanges, usePolicyChanges } from './policy-changes.ts';
import classes from './policy-page.module.css';
import { usePassingNow, usePolicy } from './policy-queries.ts';
import { PolicyTable } from './policy-table.tsx';
import type { WholePolicy } from './shown-part.ts';

const HERE = '/shell/s/$subscription/policy';
const LEAD =
  'Who may reach whom: a connection lets the members of both sides reach each other. All else is kept apart.';
const KINDS = [
  ['role', 'Web'],
  ['group', 'SQL servers'],
] as const;
const PolicyPicture = lazy(() => import('./policy-picture.tsx'));

export function PolicyPage() {
  const { subscription } = useParams({ from: HERE });
  const { policy, error, retry } = usePolicy(subscription);
  const proposals = usePolicyChanges(subscription);
  const changes = useRights().change ? proposals : undefined;
  const [making, setMaking] = useState<'group' | 'role' | null>(null);
  const empty = policy !== undefined && policy.groups.length + policy.roles.length === 0;
  const buttons = changes !== undefined && (
    <>
      <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => setMaking('role')}>
        New role
      </Button>
      <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => setMaking('group')}>
        New group
      </Button>
    </>
  );
  return (
    <>
      <PageHeader title="Policy" lead={LEAD} actions={empty ? undefined : buttons} />
      <RefusalAlert error={error} onRetry={retry} />
      {policy === undefined && error === null && <Loader aria-label="Loading" type="dots" />}
      {empty && (
        <EmptyState icon={Cable} title="Nobody reaches anybody yet" action={buttons}>
          A group holds computers that are treated alike; a role is one kind of machine in your cloud. Make one of each,
          and draw a line from one to the other. From then on their members reach each other, by name, from anywhere.
        </EmptyState>
      )}
      {policy !== undefined && !empty && <PolicyViews subscription={subscription} policy={policy} changes={changes} />}
      {KINDS.map(([kind, example]) => (
        <NewSideDialog
          key={kind}
          subscription={subscription}
          kind={kind}
          example={example}
          opened={making === kind}
          onClose={() => setMaking(null)}
          onCreated={() => setMaking(null)}
        />
      ))}
    </>
  );
}

interface PolicyViewsProps {
  readonly subscription: string;
  readonly policy: WholePolicy;
  readonly changes: PolicyChanges | undefined;
}

function PolicyViews({ subscription, policy, changes }: PolicyViewsProps) {
  const search = useSearch({ from: HERE });
  const navigate = useNavigate();
  const onPhone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const passing = usePassingNow(subscription);
  const view = search.view ?? (onPhone ? 'table' : 'picture');
  const go = (part: { view?: 'picture' | 'table'; find?: string | undefined; focus?: string | undefined }) => {
    const { find, focus, ...rest } = { ...search, ...part };
    void navigate({
      to: '/s/$subscription/policy',
      params: { subscription },
      search: { ...rest, ...(find ? { find } : {}), ...(focus ? { focus } : {}) },
      replace: true,
      resetScroll: false,
    });
  };
  // What is written shows at once; the picture follows when there is time.
  const [find, setFind] = useState(search.find ?? '');
  const wanted = useDeferredValue(find);
  const look = (text: string) => {
    setFind(text);
    go({ find: text, focus: undefined });
  };
  return (
    <Tabs value={view} onChange={(value) => go({ view: value === 'table' ? 'table' : 'picture' })} keepMounted={false}>
      <div className={classes.tools}>
        <Tabs.List>
          <Tabs.Tab value="picture" leftSection={<Share2 size={16} aria-hidden />}>
            Picture
          </Tabs.Tab>
          <Tabs.Tab value="table" leftSection={<Table2 size={16} aria-hidden />}>
            Table
          </Tabs.Tab>
        </Tabs.List>
        <SearchField
          className={classes.find}
          label="Find groups and roles"
          placeholder="Find groups and roles, like: web, sql"
          value={find}
          onChange={look}
        />
      </div>
      <Tabs.Panel value="picture">
        <Suspense fallback={<Loader aria-label="Loading" type="dots" />}>
          <PolicyPicture
            subscription={subscription}
            policy={policy}
            passing={passing}
            changes={changes}
            find={wanted}
            focus={search.focus ?? null}
            onFocus={(id) => go({ focus: id ?? undefined })}
          />
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="table">
        {changes !== undefined && <ConnectForm policy={policy} changes={changes} />}
        <PolicyTable subscription={subscription} policy={policy} passing={passing} find={wanted} changes={changes} />
      </Tabs.Panel>
    </Tabs>
  );
}
