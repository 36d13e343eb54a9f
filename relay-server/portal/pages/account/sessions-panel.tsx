/** Where you are signed in, and the way to end what you do not know. */
import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Monitor, Smartphone } from 'lucide-react';
import { api, path } from '../../api/client.ts';
import { invalidateKinds } from '../../api/invalidations.ts';
import { areaKey } from '../../api/queries.ts';
import { Refusal } from '../../api/refusal.ts';
import type { List, Session } from '../../api/shapes.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyDone, notifyRefusal } from '../../components/notify.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { signOut } from '../../shell/sign-out.ts';
import classes from './account.module.css';
import { AccountSection } from './account-section.tsx';
import { browserWords } from './browser-words.ts';

export function SessionsPanel() {
  const [asking, confirm] = useDisclosure(false);
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: areaKey('account', null, 'sessions'),
    queryFn: async ({ signal }) => (await api.get<List<Session>>('/account/sessions', { signal })).items,
  });
  const others = (data ?? []).filter(({ present }) => !present);
  const endOthers = useMutation({
    mutationFn: () => Promise.all(others.map(({ id }) => endSession(id))),
    onSuccess: () => {
      notifyDone('All of your other sessions have ended.');
      confirm.close();
    },
    onSettled: () => invalidateKinds(queryClient, null, 'account'),
  });
  return (
    <AccountSection
      title="Sessions"
      lead="Where you are signed in. End what you do not know, then change your password."
      action={
        others.length > 0 && (
          <Button variant="default" onClick={confirm.open}>
            End all others
          </Button>
        )
      }
    >
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      <ul className={classes.sessions}>
        {data?.map((session) => (
          <SessionItem key={session.id} session={session} />
        ))}
      </ul>
      <ConfirmDialog
        opened={asking}
        title="End all other sessions?"
        confirmLabel="End them"
        destructive
        busy={endOthers.isPending}
        error={endOthers.error}
        onConfirm={() => endOthers.mutate()}
        onClose={confirm.close}
      >
        Whoever uses one of them has to sign in again. This one stays.
      </ConfirmDialog>
    </AccountSection>
  );
}

function SessionItem({ session }: { readonly session: Session }) {
  const queryClient = useQueryClient();
  const { id, browser, address, createdAt, lastUsedAt, present } = session;
  const words = browserWords(browser);
  const Icon = /Android|iPhone|iPad/.test(words) ? Smartphone : Monitor;
  const end = useMutation({
    mutationFn: () => (present ? signOut() : endSession(id)),
    onSuccess: () => (present ? undefined : invalidateKinds(queryClient, null, 'account')),
    onError: notifyRefusal,
  });
  return (
    <li className={classes.session}>
      <Icon size={20} strokeWidth={1.75} aria-hidden />
      <div>
        <span className={classes.browser}>
          {words}
          {present && <StatusBadge tone="good">This one</StatusBadge>}
        </span>
        <Text size="sm" c="dimmed">
          From {address}, signed in <RelativeTime time={createdAt} />, used <RelativeTime time={lastUsedAt} />
        </Text>
      </div>
      <Button
        variant="default"
        size="xs"
        loading={end.isPending}
        onClick={() => end.mutate()}
        aria-label={present ? undefined : `End the session of ${words} from ${address}`}
      >
        {present ? 'Sign out' : 'End'}
      </Button>
    </li>
  );
}

/** One that has ended meanwhile is as good. */
async function endSession(id: string): Promise<void> {
  await api.delete(path`/account/sessions/${id}`).catch((error: unknown) => {
    if (!(error instanceof Refusal && error.code === 'NOT_FOUND')) throw error;
  });
}
