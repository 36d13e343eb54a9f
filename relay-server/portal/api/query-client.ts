/** How answers are kept, asked again, and what happens when the session has ended. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Refusal } from './refusal.ts';

const FRESH_MS = 10_000;
const TRIES = 3;

/** @param onSignedOut called when the server no longer knows who is asking; may come several times. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const queryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Refusal && error.status === 401) onSignedOut();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        // A wrong password is answered with 401 too: whether the session has ended, the queries will tell.
        if (error instanceof Refusal && error.status === 401) void queryClient.invalidateQueries();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // What the server refuses it will refuse again; only silence and its own failures may pass.
        retry: (failures, error) => failures < TRIES && error instanceof Refusal && isPassing(error),
      },
    },
  });
  return queryClient;
}

function isPassing({ status }: Refusal): boolean {
  return status === 0 || status >= 500;
}
