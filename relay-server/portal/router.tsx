/** The router with what every page shares: waiting, failing, not found, where the focus goes. */
import { Center, Loader } from '@mantine/core';
import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { RefusalAlert } from './components/refusal-alert.tsx';
import { NotFoundPage } from './pages/start/not-found-page.tsx';
import { routeTree } from './routes.tsx';

export function createPortalRouter(queryClient: QueryClient) {
  const router = createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 300,
    scrollRestoration: true,
    defaultPendingComponent: Pending,
    defaultErrorComponent: ({ error, reset }) => <RefusalAlert error={error} onRetry={reset} />,
    defaultNotFoundComponent: NotFoundPage,
  });
  // A screen reader goes on where the focus is: on the heading of the new page. Not on the first page,
  // where the first Tab has to reach the link past the navigation.
  router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
    if (fromLocation !== undefined && pathChanged) document.querySelector('h1')?.focus({ preventScroll: true });
  });
  return router;
}

function Pending() {
  return (
    <Center mih="40vh">
      <Loader aria-label="Loading" type="dots" />
    </Center>
  );
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPortalRouter>;
  }
}
