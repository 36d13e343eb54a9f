/**
 * REST: the lock of a subscription. What is sent here was signed elsewhere.
 */
import { LIMITS } from '#protocol/limits.ts';
import { lockRelease, lockSummary, lockUpdate, lockView } from '#protocol/rest/lock.ts';
import { releaseLock, updateLock, viewLock } from '../../control/administration/lock.ts';
import type { SubscriptionDirectory } from '../../control/subscription-directory.ts';
import type { RouteScope } from '../app.ts';
import { inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['lock'];

export function lockRoutes({ app, control: { context }, acting }: RouteScope): void {
  app.get(
    `${SUBSCRIPTION}/lock`,
    {
      schema: {
        tags,
        summary: 'Show the lock, and what is to be signed',
        params: inSubscription,
        response: { 200: lockView, ...refusals },
      },
    },
    async (request) => viewLock(context, context.directory.find(request.params.subscription)),
  );
  app.put(
    `${SUBSCRIPTION}/lock`,
    {
      bodyLimit: LIMITS.LOCK_BODY_MAX_BYTES.value,
      schema: {
        tags,
        summary: 'Store what a lock key has signed',
        description:
          'A statement (the first one locks the subscription), certificates of machines, delegations of tokens.',
        params: inSubscription,
        body: lockUpdate,
        response: { 200: lockSummary, ...refusals },
      },
    },
    async (request) => {
      const home = context.directory.find(request.params.subscription);
      await updateLock(acting(request), home, request.body);
      return summaryOf(home);
    },
  );
  app.post(
    `${SUBSCRIPTION}/lock/release`,
    {
      schema: {
        tags,
        summary: 'Release the lock by a recovery secret',
        description: 'Every agent is told the secret, so that it need not believe the server.',
        params: inSubscription,
        body: lockRelease,
        response: { 200: lockSummary, ...refusals },
      },
    },
    async (request) => {
      const home = context.directory.find(request.params.subscription);
      await releaseLock(acting(request), home, request.body.secret);
      return summaryOf(home);
    },
  );
}

function summaryOf({ lock }: SubscriptionDirectory) {
  const { held, sequence } = lock;
  return { state: held === undefined ? ('off' as const) : ('on' as const), sequence, keys: held?.keys ?? [] };
}
