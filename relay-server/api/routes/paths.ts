/**
 * Path parameters and answers that several resources share.
 */
import { z } from 'zod';
import { nameOrId, refusal } from '#protocol/rest/api.ts';

export const SUBSCRIPTION = '/subscriptions/:subscription';
export const inSubscription = z.object({ subscription: nameOrId });

/** What a removal answers. */
export const gone = z.null().describe('Done; there is nothing to show.');

/** Every refusal has the same form; the catalogue says which status belongs to which code. */
export const refusals = { '4xx': refusal, '5xx': refusal };
