/**
 * What stands around the pages of somebody who is signed in: navigation at the side, on a phone behind a
 * button; a link past it; a banner when the pages may be out of date.
 */
import { AppShell, Burger, Drawer, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { listenForChanges } from '../api/live.ts';
import { ProposalProvider } from '../policy/proposal.tsx';
import { Navigation } from './navigation.tsx';
import { OfflineBanner } from './offline-banner.tsx';
import classes from './shell.module.css';
import { Wordmark } from './wordmark.tsx';

export function Shell() {
  const [menuOpened, menu] = useDisclosure(false);
  const [connected, setConnected] = useState(true);
  const queryClient = useQueryClient();
  const { pathname } = useLocation();

  useEffect(() => listenForChanges({ queryClient, onConnected: setConnected }), [queryClient]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes whenever another page is shown.
  useEffect(() => menu.close(), [pathname]);

  return (
    <AppShell
      layout="alt"
      header={{ height: { base: 56, sm: 0 } }}
      navbar={{ width: 248, breakpoint: 'sm', collapsed: { mobile: true } }}
      withBorder={false}
    >
      <a href="#main" className={classes.skip}>
        Skip to content
      </a>
      <AppShell.Header hiddenFrom="sm" className={classes.header}>
        <Group h="100%" px="md" gap="sm">
          <Burger opened={menuOpened} onClick={menu.toggle} size="sm" aria-label="Open navigation" />
          <Wordmark />
        </Group>
      </AppShell.Header>
      {/* Mantine makes it a landmark of its own; the one with a name is in it. */}
      <AppShell.Navbar role="presentation" visibleFrom="sm" className={classes.navbar}>
        <Navigation />
      </AppShell.Navbar>
      <Drawer
        opened={menuOpened}
        onClose={menu.close}
        size={288}
        padding="sm"
        title={<Wordmark />}
        closeButtonProps={{ 'aria-label': 'Close navigation' }}
        hiddenFrom="sm"
        classNames={{ body: classes.drawer }}
      >
        <Navigation withWordmark={false} />
      </Drawer>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <OfflineBanner connected={connected} />
        <div className={classes.page}>
          <ProposalProvider>
            <Outlet />
          </ProposalProvider>
        </div>
      </AppShell.Main>
    </AppShell>
  );
}
