/**
 * The REST API as a Fastify application: validation and description from one set of schemas, API keys,
 * refusals in one form. Routes are thin: what they do is in control/administration.
 */
import { fastifySwagger } from '@fastify/swagger';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerFactory,
  fastify,
  LogController,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { LIMITS } from '#protocol/limits.ts';
import { API_PATH } from '#protocol/rest/api.ts';
import type { AdministrationContext } from '../control/context.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import type { RelayMetrics } from '../relay/metrics.ts';
import { descriptionOf } from './description.ts';
import { answerError, answerErrors } from './errors.ts';
import { guard } from './guard.ts';
import { accountRoutes } from './routes/account.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { auditRoutes } from './routes/audit.ts';
import { connectionRoutes } from './routes/connections.ts';
import { descriptionRoutes, docsRoutes } from './routes/description.ts';
import { groupRoutes } from './routes/groups.ts';
import { machineRoutes } from './routes/machines.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { peopleRoutes } from './routes/people.ts';
import { roleRoutes } from './routes/roles.ts';
import { serviceRoutes } from './routes/service.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { tokenRoutes } from './routes/tokens.ts';

export interface ApiOptions {
  readonly control: ControlPlane;
  readonly relayMetrics: () => RelayMetrics;
  readonly logger: FastifyBaseLogger;
  /** Makes the server that the application listens on; without it, only `inject` reaches the application. */
  readonly serverFactory?: FastifyServerFactory;
}

export type Api = FastifyInstance;

/** What a group of routes gets. */
export interface RouteScope {
  readonly app: ReturnType<typeof typed>;
  readonly control: ControlPlane;
  /** For a change: whose it is stands in the audit. */
  acting(request: FastifyRequest): AdministrationContext;
}

export async function buildApi(options: ApiOptions): Promise<Api> {
  const { control } = options;
  const app: Api = fastify({
    loggerInstance: options.logger,
    // A line for each request would hold names and addresses; /metrics counts them.
    frameworkErrors: answerError,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: LIMITS.REST_BODY_MAX_BYTES.value,
    routerOptions: { maxParamLength: 100 },
    ...(options.serverFactory && { serverFactory: options.serverFactory }),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app);
  app.decorateRequest('asker', null);
  await app.register(fastifySwagger, descriptionOf(control.context.serverVersion));
  serviceRoutes(typed(app), control, options.relayMetrics);
  await app.register(
    async (api) => {
      api.addHook('onRequest', (request) => guard(control.context, request));
      const scope = { app: typed(api), control, acting: (request: FastifyRequest) => acting(control, request) };
      for (const routes of RESOURCES) routes(scope);
    },
    { prefix: API_PATH },
  );
  docsRoutes(app);
  return app;
}

const RESOURCES = [
  signInRoutes,
  oidcRoutes,
  descriptionRoutes,
  accountRoutes,
  peopleRoutes,
  apiKeyRoutes,
  subscriptionRoutes,
  tokenRoutes,
  machineRoutes,
  groupRoutes,
  roleRoutes,
  connectionRoutes,
  auditRoutes,
];

function acting(control: ControlPlane, request: FastifyRequest): AdministrationContext {
  // Behind the guard there is always somebody, unless a route forgot what it needs.
  if (request.asker === null) throw new Error(`nobody is known who asks for ${request.routeOptions.url}`);
  return { ...control.context, by: request.asker.actor };
}

function typed(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>();
}
