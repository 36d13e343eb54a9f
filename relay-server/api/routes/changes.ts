/**
 * REST: several changes of a subscription's policy as one.
 */
import { LIMITS } from '#protocol/limits.ts';
import * as changesRest from '#protocol/rest/changes.ts';
import { applyWithEffect, previewChanges } from '../../control/changes/apply.ts';
import type { RouteScope } from '../app.ts';
import { inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['changes'];
const bodyLimit = LIMITS.CHANGES_BODY_MAX_BYTES.value;

export function changeRoutes({ app, control: { context }, acting }: RouteScope): void {
  const { directory } = context;
  app.post(
    `${SUBSCRIPTION}/changes/preview`,
    {
      bodyLimit,
      config: { rights: 'viewer' },
      schema: {
        tags,
        summary: 'Show what changes would do, without doing it',
        params: inSubscription,
        body: changesRest.newChanges,
        response: { 200: changesRest.effect, ...refusals },
      },
    },
    async (request) => {
      const { changes, ...conditions } = request.body;
      return previewChanges(context, directory.find(request.params.subscription), changes, conditions);
    },
  );
  app.post(
    `${SUBSCRIPTION}/changes`,
    {
      bodyLimit,
      schema: {
        tags,
        summary: 'Change the policy, all at once or not at all',
        description: 'The answer holds the changes that undo it.',
        params: inSubscription,
        body: changesRest.newChanges,
        response: { 200: changesRest.appliedChanges, ...refusals },
      },
    },
    async (request) => {
      const { changes, ...conditions } = request.body;
      const home = directory.find(request.params.subscription);
      const { effect, undo, policyVersion } = await applyWithEffect(acting(request), home, changes, conditions);
      return { effect, undo: undo && [...undo], policyVersion };
    },
  );
}
