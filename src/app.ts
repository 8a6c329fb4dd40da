import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Config } from './config.js';
import type { Store } from './db/store.js';
import { registerAuth } from './http/auth.js';
import { registerBodies } from './http/body.js';
import { registerBodyTime } from './http/body-time.js';
import { registerMetrics } from './http/metrics.js';
import { DOCS_PREFIX, registerDocs, registerOpenApi } from './http/openapi.js';
import {
  answerParserError,
  MAX_BODY_BYTES,
  refuseUnfit,
  registerProblems,
  sendProblem,
} from './http/problem-details.js';
import { registerRequestLog } from './http/request-log.js';
import { registerService } from './http/service.js';
import type { Findings } from './insight/findings/findings.js';
import { registerFindings } from './insight/findings.routes.js';
import { registerGraph } from './insight/graph.routes.js';
import { registerNumbers } from './insight/numbers.routes.js';
import { registerSearch } from './insight/search.routes.js';
import type { Analyst } from './journal/analysis.js';
import { Journal } from './journal/record.js';
import { resourceOf, resources } from './resources/index.js';
import { holdDocuments } from './resources/operations/held-documents.js';
import type { Services } from './resources/operations/services.js';
import { registerProvenance } from './resources/operations/source-routes.js';
import { registerResource } from './resources/routes.js';
import type { Clock } from './shared/clock.js';
import type { IdSource } from './shared/ids.js';
import { registerSync } from './sync/sync.routes.js';
import type { Targets } from './sync/webhooks/channel.js';
import { agentOf } from './sync/webhooks/message.js';
import { registerWebhooks } from './sync/webhooks.routes.js';

export interface AppDeps {
  config: Pick<Config, 'read' | 'baseUrl' | 'webhooks'>;
  store: Store;
  analyst: Analyst;
  findings: Findings;
  /** Where webhooks may lead. */
  targets: Targets;
  clock: Clock;
  ids: IdSource;
  logger: FastifyBaseLogger;
  /** Version of the program, for the API description. */
  version: string;
}

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_PARAM_LENGTH = 500;
const BODY_TIME_MS = 30_000;

/** The service as a Fastify instance that does not listen yet; it owns nothing it was given. */
export async function buildApp({
  config,
  store,
  analyst,
  findings,
  targets,
  clock,
  ids,
  logger,
  version,
}: AppDeps): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    // Log lines name the request themselves; a child logger for each would cost more than its line.
    childLoggerFactory: (parent) => parent,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: false, caseSensitive: true },
    // Of bodies; see registerBodyTime. Of headers it is that below.
    requestTimeout: 0,
    keepAliveTimeout: 72_000,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 10_000, connectionsCheckingInterval: 1_000 },
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
    clientErrorHandler: (error, socket) => answerParserError(error, socket as Socket, logger),
  });
  app.setValidatorCompiler(() => (value) => ({ value }));
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  const publicRead = config.read === 'public';
  const services: Services = {
    store,
    analyst,
    clock,
    publicRead,
    baseUrl: config.baseUrl,
    documents: holdDocuments(),
    journal: new Journal(clock, ids),
  };

  registerProblems(app, config.baseUrl);
  registerRequestLog(app);
  app.addHook('onRequest', (request, _reply, done) => {
    refuseUnfit(request.raw);
    done();
  });
  registerBodyTime(app, BODY_TIME_MS, logger);
  registerAuth(app, store, publicRead, DOCS_PREFIX);
  registerBodies(app);
  app.decorateRequest('current', null);
  const tags = resources.map(({ collection, description }) => ({ name: collection, description }));
  await registerOpenApi(app, version, config.baseUrl, [
    ...tags,
    { name: 'insight', description: 'Questions across all records.' },
    { name: 'sync', description: 'Keeping a copy of what is known here up to date, and writing in bulk.' },
    { name: 'webhooks', description: 'Telling others of changes as they are made.' },
    { name: 'service', description: 'The service itself.' },
  ]);
  for (const resource of resources) registerResource(app, resource, services);
  await registerProvenance(app, resourceOf('sources'), services);
  registerSearch(app, services);
  registerNumbers(app, services);
  registerGraph(app, services);
  registerFindings(app, services, findings);
  registerSync(app, services);
  registerWebhooks(app, services, { targets, isOn: config.webhooks === 'on', agent: agentOf(version) });
  registerService(app, store);
  registerMetrics(app, store);
  await registerDocs(app);
  return app;
}
