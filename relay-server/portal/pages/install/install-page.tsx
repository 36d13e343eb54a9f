/** Install: links that lead others through the installation, and activation tokens for scripts. */
import { Button, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download, KeyRound, Link2, Plus } from 'lucide-react';
import { useState } from 'react';
import { useRights } from '../../api/rights.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { installLinksQuery, tokensQuery } from './install-queries.ts';
import { LinksList } from './links-list.tsx';
import { type Made, MakeDialog } from './make-dialog.tsx';
import { TokensList } from './tokens-list.tsx';

export function InstallPage() {
  const { subscription } = useParams({ from: '/shell/s/$subscription/install' });
  const { tab = 'links' } = useSearch({ from: '/shell/s/$subscription/install' });
  const navigate = useNavigate({ from: '/s/$subscription/install' });
  const { change: mayChange } = useRights();
  const links = useQuery(installLinksQuery(subscription));
  const tokens = useQuery(tokensQuery(subscription));
  const [making, setMaking] = useState<{ readonly what: Made; readonly number: number }>({ what: 'link', number: 0 });
  const [opened, setOpened] = useState(false);
  const make = (what: Made) => {
    setMaking(({ number }) => ({ what, number: number + 1 }));
    setOpened(true);
  };
  const makeButton = (what: Made) =>
    mayChange && (
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => make(what)}>
        {what === 'link' ? 'New install link' : 'New token'}
      </Button>
    );

  return (
    <>
      <PageHeader
        title="Install"
        lead="How computers get into this subscription."
        actions={makeButton(tab === 'links' ? 'link' : 'token')}
      />
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: next === 'tokens' ? { tab: next } : {}, replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="links" leftSection={<Link2 size={16} aria-hidden />}>
            Install links
          </Tabs.Tab>
          <Tabs.Tab value="tokens" leftSection={<KeyRound size={16} aria-hidden />}>
            Activation tokens
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="links">
          <Text c="dimmed" mb="md" maw="44rem">
            An install link is a page that you send to somebody: it recognises their system and leads them through the
            installation.
          </Text>
          <RefusalAlert error={links.error} onRetry={() => void links.refetch()} />
          {links.data?.length === 0 && (
            <EmptyState icon={Download} title="No install link yet" action={makeButton('link')}>
              Make one for the computers of a group, send it to the people who sit before them, and each computer
              appears under Computers by itself. You can switch a link off at any time.
            </EmptyState>
          )}
          {links.data !== undefined && links.data.length > 0 && (
            <LinksList subscription={subscription} links={links.data} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <Text c="dimmed" mb="md" maw="44rem">
            An activation token is the secret inside of a link, for scripts and images that install the agent
            themselves: whoever has it can join a computer.
          </Text>
          <RefusalAlert error={tokens.error} onRetry={() => void tokens.refetch()} />
          {tokens.data?.length === 0 && (
            <EmptyState icon={KeyRound} title="No activation token yet" action={makeButton('token')}>
              For people, an install link is easier. Make a token when a program sets up the computers, and give it an
              end or a number of uses.
            </EmptyState>
          )}
          {tokens.data !== undefined && tokens.data.length > 0 && (
            <TokensList subscription={subscription} tokens={tokens.data} links={links.data ?? []} />
          )}
        </Tabs.Panel>
      </Tabs>
      <MakeDialog
        key={making.number}
        subscription={subscription}
        what={making.what}
        opened={opened}
        onClose={() => setOpened(false)}
      />
    </>
  );
}
