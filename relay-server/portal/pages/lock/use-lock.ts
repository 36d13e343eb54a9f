/** The lock of a subscription as the server shows it, and how something signed is sent. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { areaKey } from '../../api/queries.ts';
import { Refusal } from '../../api/refusal.ts';
import type { LockView } from '../../api/shapes.ts';

export const lockQuery = (subscription: string) =>
  queryOptions({
    queryKey: areaKey('lock', subscription),
    queryFn: ({ signal }) => api.get<LockView>(path`/subscriptions/${subscription}/lock`, { signal }),
  });

/** Loads what signs, does something with it, and sends what came of that. */
export function useSigning<Wish, Done>(
  subscription: string,
  work: (hand: typeof import('./signing-hand.ts'), wish: Wish) => Promise<Done>,
) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (wish: Wish) => {
      try {
        return await work(await import('./signing-hand.ts'), wish);
      } catch (error) {
        throw asRefusal(error);
      }
    },
    onSuccess: () => invalidateKinds(queryClient, subscription, 'lock', 'tokens'),
  });
}

export function sendSigned(subscription: string, update: object): Promise<unknown> {
  return api.put(path`/subscriptions/${subscription}/lock`, update);
}

/** What is refused here has the catalogue's words, as what the server refuses. */
export function asRefusal(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Refusal) return error;
  const { code, remedy } = error as { code?: unknown; remedy?: unknown };
  if (typeof code !== 'string' || typeof remedy !== 'string') return error;
  return new Refusal(0, { code, message: error.message, remedy }, { cause: error });
}
