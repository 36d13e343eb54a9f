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
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { LIMITS } from '#protocol/limits.ts';
import { API_PATH } from '#protocol/rest/api.ts';
import type { AdministrationContext, ControlContext } from '../control/context.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { PairRates } from '../control/pair-rates.ts';
import type { RelayOverTime } from '../control/relay-over-time.ts';
import type { RelayMetrics } from '../relay/metrics.ts';
import { answerError, answerErrors } from './errors.ts';
import { guard } from './guard.ts';
import { Installing, type InstallingOptions } from './installing.ts';
import { apiKeyRoutes, openAccessRoutes } from './routes/access.ts';
import { activityRoutes } from './routes/activity.ts';
import { connectionRoutes } from './routes/connections.ts';
import { eventRoutes } from './routes/events.ts';
import { groupRoutes } from './routes/groups.ts';
import { installLinkRoutes } from './routes/install-links.ts';
import { installPageRoutes } from './routes/install-page.ts';
import { installingFileRoutes } from './routes/installing-files.ts';
import { machineReportRoutes } from './routes/machine-reports.ts';
import { machineRoutes } from './routes/machines.ts';
import { roleRoutes } from './routes/roles.ts';
import { serviceRoutes } from './routes/service.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { tokenRoutes } from './routes/tokens.ts';

export interface ApiOptions {
  readonly control: ControlPlane;
  readonly relayMetrics: () => RelayMetrics;
  readonly overTime: RelayOverTime;
  readonly installing: InstallingOptions;
  readonly logger: FastifyBaseLogger;
  /** Makes the server that the application listens on; without it, only `inject` reaches the application. */
  readonly serverFactory?: FastifyServerFactory;
}

export type Api = FastifyInstance;

/** What a group of routes gets. */
export interface RouteScope {
  readonly app: ReturnType<typeof typed>;
  readonly control: ControlPlane;
  /** What passes between machines, measured while somebody asks. */
  readonly rates: PairRates;
  readonly overTime: RelayOverTime;
  readonly installing: Installing;
  /** The context of a change, with who asks for it. */
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
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Causeway',
        description: 'Subscriptions, machines, groups, roles and connections of a Causeway relay server.',
        version: control.context.serverVersion,
      },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ apiKey: [] }],
    },
    transform: jsonSchemaTransform,
  });
  const shared = {
    control,
    rates: new PairRates(control.context.clock, control.context.relay),
    overTime: options.overTime,
    installing: new Installing(options.installing, control.context.clock),
    acting: (request: FastifyRequest) => acting(control.context, request),
  };
  serviceRoutes(typed(app), control, options.relayMetrics);
  installingFileRoutes({ app: typed(app), ...shared });
  await app.register(
    async (api) => {
      openAccessRoutes({ app: typed(api), ...shared });
      await api.register(async (closed) => {
        closed.addHook('onRequest', (request) => guard(control.context, request));
        const scope = { app: typed(closed), ...shared };
        for (const routes of RESOURCES) routes(scope);
      });
    },
    { prefix: API_PATH },
  );
  return app;
}

const RESOURCES = [
  apiKeyRoutes,
  subscriptionRoutes,
  tokenRoutes,
  machineRoutes,
  groupRoutes,
  roleRoutes,
  connectionRoutes,
  installLinkRoutes,
  installPageRoutes,
  machineReportRoutes,
  activityRoutes,
  eventRoutes,
];

function acting(context: ControlContext, request: FastifyRequest): AdministrationContext {
  if (request.asker === null) throw new Error('a change by nobody');
  return { ...context, by: request.asker.actor };
}

function typed(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>();
}
