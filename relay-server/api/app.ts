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
import { toBase64url } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { API_PATH } from '#protocol/rest/api.ts';
import type { AdministrationContext } from '../control/context.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { PairRates } from '../control/pair-rates.ts';
import type { RelayOverTime } from '../control/relay-over-time.ts';
import type { RelayMetrics } from '../relay/metrics.ts';
import { descriptionOf } from './description.ts';
import { answerError, answerErrors } from './errors.ts';
import { guard } from './guard.ts';
import { Installing, type InstallingOptions } from './installing.ts';
import { portalFiles } from './portal-files.ts';
import { accountRoutes } from './routes/account.ts';
import { activityRoutes } from './routes/activity.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { auditRoutes } from './routes/audit.ts';
import { changeRoutes } from './routes/changes.ts';
import { connectionRoutes } from './routes/connections.ts';
import { descriptionRoutes, docsRoutes } from './routes/description.ts';
import { eventRoutes } from './routes/events.ts';
import { groupRoutes } from './routes/groups.ts';
import { installLinkRoutes } from './routes/install-links.ts';
import { installPageRoutes } from './routes/install-page.ts';
import { installingFileRoutes } from './routes/installing-files.ts';
import { lockRoutes } from './routes/lock.ts';
import { machineReportRoutes } from './routes/machine-reports.ts';
import { machineRoutes } from './routes/machines.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { peopleRoutes } from './routes/people.ts';
import { personalDownloadRoutes } from './routes/personal-downloads.ts';
import { policyRoutes } from './routes/policy.ts';
import { roleRoutes } from './routes/roles.ts';
import { serviceRoutes } from './routes/service.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { securityHeaders } from './security-headers.ts';

export interface ApiOptions {
  readonly control: ControlPlane;
  readonly relayMetrics: () => RelayMetrics;
  readonly overTime: RelayOverTime;
  readonly installing: InstallingOptions;
  readonly logger: FastifyBaseLogger;
  /** Makes the server that the application listens on; without it, only `inject` reaches the application. */
  readonly serverFactory?: FastifyServerFactory;
  /** Whether browsers may insist on HTTPS; false by default, as with a self-made certificate. */
  readonly strictTransport?: boolean;
  /** Where the built portal is; by default where it belongs. */
  readonly portalDirectory?: string;
}

const REQUEST_ID_BYTES = 9;

export type Api = FastifyInstance;

/** What a group of routes gets. */
export interface RouteScope {
  readonly app: ReturnType<typeof typed>;
  readonly control: ControlPlane;
  /** For a change: whose it is stands in the audit. */
  acting(request: FastifyRequest): AdministrationContext;
  /** What passes between machines, measured while somebody asks. */
  readonly rates: PairRates;
  readonly overTime: RelayOverTime;
  readonly installing: Installing;
}

export async function buildApi(options: ApiOptions): Promise<Api> {
  const { control } = options;
  const acting = ({ asker }: FastifyRequest): AdministrationContext => {
    // The guard has refused everybody whom it does not know.
    if (asker === null) throw new CausewayError('NOT_SIGNED_IN');
    return { ...control.context, by: asker.actor };
  };
  const app: Api = fastify({
    loggerInstance: options.logger,
    // What an administrator is told, and what stands in the log.
    genReqId: () => toBase64url(control.context.random(REQUEST_ID_BYTES)),
    // A line for each request would hold names and addresses; /metrics counts them.
    frameworkErrors: answerError,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: LIMITS.REST_BODY_MAX_BYTES.value,
    routerOptions: { maxParamLength: 100 },
    ...(options.serverFactory && { serverFactory: options.serverFactory }),
  });
  // What a form of a foreign page can send without asking first is never a body of ours.
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app);
  app.decorateRequest('asker', null);
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  app.addHook('onResponse', async (_request, reply) => control.context.counters.answered(reply.statusCode));
  securityHeaders(app, { strictTransport: options.strictTransport ?? false });
  await app.register(fastifySwagger, descriptionOf(control.context.serverVersion));
  const shared = {
    control,
    acting,
    rates: new PairRates(control.context.clock, control.context.relay),
    overTime: options.overTime,
    installing: new Installing(options.installing, control.context.clock, () => options.relayMetrics().out.bytes),
  };
  serviceRoutes(typed(app), control, options.relayMetrics);
  installingFileRoutes({ app: typed(app), ...shared });
  await app.register(async (forms) => personalDownloadRoutes({ app: typed(forms), ...shared }));
  await app.register(
    async (api) => {
      // People share computers: nothing of an answer is to be found on their disks afterwards.
      api.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
      api.addHook('onRequest', (request) => guard(control.context, request));
      const scope = { app: typed(api), ...shared };
      for (const routes of RESOURCES) routes(scope);
    },
    { prefix: API_PATH },
  );
  docsRoutes(app);
  await portalFiles(app, options.portalDirectory);
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
  changeRoutes,
  policyRoutes,
  lockRoutes,
  auditRoutes,
  installLinkRoutes,
  installPageRoutes,
  machineReportRoutes,
  activityRoutes,
  eventRoutes,
];

function typed(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>();
}
