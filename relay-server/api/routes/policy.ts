/**
 * REST: the policy of a subscription as a document, which people keep in a file.
 */
import { z } from 'zod';
import { LIMITS } from '#protocol/limits.ts';
import * as changesRest from '#protocol/rest/changes.ts';
import { previewChanges } from '../../control/changes/apply.ts';
import { differenceTo, documentOf } from '../../control/changes/policy-document.ts';
import type { RouteScope } from '../app.ts';
import { inSubscription, refusals, SUBSCRIPTION } from './paths.ts';

const tags = ['policy'];
/** RFC 9512. */
const YAML = 'application/yaml';

export function policyRoutes({ app, control: { context } }: RouteScope): void {
  const { directory } = context;
  app.addContentTypeParser(YAML, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.get(
    `${SUBSCRIPTION}/policy`,
    {
      schema: {
        tags,
        summary: 'Show the policy as a document',
        params: inSubscription,
        response: { 200: changesRest.policyDocument, ...refusals },
      },
    },
    async (request) => documentOf(directory.find(request.params.subscription)),
  );
  app.get(
    `${SUBSCRIPTION}/policy.yaml`,
    {
      schema: {
        tags,
        summary: 'Show the policy as YAML, always the same bytes for the same policy',
        params: inSubscription,
        response: { 200: z.string(), ...refusals },
      },
    },
    async (request, reply) => {
      const { toYaml } = await yaml();
      return reply.type(YAML).send(toYaml(documentOf(directory.find(request.params.subscription))));
    },
  );
  app.post(
    `${SUBSCRIPTION}/policy/diff`,
    {
      bodyLimit: LIMITS.CHANGES_BODY_MAX_BYTES.value,
      config: { rights: 'viewer' },
      schema: {
        tags,
        summary: 'Show the changes that lead to the policy of a document, and their effect',
        description: 'The document is JSON, or YAML as application/yaml.',
        params: inSubscription,
        body: z.union([changesRest.policyDocument, z.string()]),
        response: { 200: changesRest.policyDifference, ...refusals },
      },
    },
    async (request) => {
      const { body } = request;
      const { fromYaml, requireSensible } = await yaml();
      const home = directory.find(request.params.subscription);
      const changes = differenceTo(home, typeof body === 'string' ? fromYaml(body) : requireSensible(body));
      return { changes, effect: changes.length === 0 ? null : previewChanges(context, home, changes) };
    },
  );
}

/** With its library only once somebody asks: a megabyte that most servers never need. */
function yaml() {
  return import('../../control/changes/policy-yaml.ts');
}
