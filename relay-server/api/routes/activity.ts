/**
 * REST: what passes through the relay, by connection and in all.
 */
import { CausewayError } from '#protocol/errors.ts';
import * as watchingRest from '#protocol/rest/watching.ts';
import { activityOf } from '../../control/activity.ts';
import type { RouteScope } from '../app.ts';
import { inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['watching'];

export function activityRoutes({ app, control: { context }, rates, overTime }: RouteScope): void {
  app.get(
    `${SUBSCRIPTION}/activity`,
    {
      schema: {
        tags,
        summary: 'What passes along each connection now',
        description: 'Measured while somebody asks: the first answer has no rates yet.',
        params: inSubscription,
        response: { 200: watchingRest.activity, ...refusals },
      },
    },
    async (request) => activityOf(context.directory.find(request.params.subscription), rates),
  );
  app.get(
    '/relay',
    {
      schema: {
        tags,
        summary: 'The relay’s measurements, now and over the last hour',
        response: { 200: watchingRest.relayOverTime, ...refusals },
      },
    },
    async (request) => {
      // What passes in all is nothing that the key of one subscription should tell.
      if (request.asker?.subscription != null) throw new CausewayError('NOT_OF_THIS_SUBSCRIPTION');
      return overTime.shown();
    },
  );
}
