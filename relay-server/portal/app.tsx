/** The portal put together: look, data, addresses. */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { createQueryClient } from './api/query-client.ts';
import { createPortalRouter } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

/** @param nonce of the style sheets that this page may write */
export function App({ nonce }: { readonly nonce: string }) {
  const [{ queryClient, router }] = useState(start);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function start() {
  const queryClient = createQueryClient(() => {
    const { pathname, href } = router.state.location;
    if (/^\/(?:sign-in|welcome|install)(?:\/|$)/.test(pathname)) return;
    void router.navigate({ to: '/sign-in', search: { to: href } });
  });
  const router = createPortalRouter(queryClient);
  return { queryClient, router };
}
