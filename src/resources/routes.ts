import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { JSON_TYPE } from '../http/body.js';
import { requireAcceptable } from '../http/negotiate.js';
import { describeOperation, type OperationName } from './operations/describe.js';
import { describeProvenance } from './operations/describe-provenance.js';
import { describeFork, forkHandler } from './operations/fork.js';
import { type Format, formatOf, type ListFormat, listFormats, RECORD_FORMATS } from './operations/formats/format.js';
import { jsonLdHandler } from './operations/formats/json-ld-handler.js';
import { listInFormatHandler } from './operations/formats/list-formats.js';
import { historyHandler } from './operations/history.js';
import { linksHandler } from './operations/links.js';
import { listHandler } from './operations/list.js';
import { mergeHandler, requireMergeable } from './operations/merge.js';
import { provenanceHandler } from './operations/provenance.js';
import { readHandler } from './operations/read.js';
import type { Services } from './operations/services.js';
import {
  createHandler,
  deleteHandler,
  PATCH_TYPES,
  patchHandler,
  putHandler,
  requireBody,
  requireExisting,
  upsertHandler,
} from './operations/write.js';
import type { Resource } from './resource.js';

type Handlers = Pick<RouteOptions, 'method' | 'url' | 'handler'> &
  Partial<Pick<RouteOptions, 'onRequest' | 'preParsing'>>;

/** What answers a read in other formats than JSON. */
interface OtherFormats {
  formats: readonly Format[];
  answer(format: Format, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

/** The operations that every resource has, written once. */
export function registerResource(app: FastifyInstance, resource: Resource, services: Services): void {
  const base = `/v1/${resource.collection}`;
  const one = `${base}/:ref`;
  const byId = `${base}/by/:scheme/:value`;
  const json = requireBody([JSON_TYPE]);
  const existing = requireExisting(resource, services);
  const operations: Record<OperationName, Handlers> = {
    list: { method: 'GET', url: base, handler: listHandler(resource, services) },
    create: { method: 'POST', url: base, onRequest: json, handler: createHandler(resource, services) },
    get: { method: 'GET', url: one, handler: readHandler(resource, services) },
    put: { method: 'PUT', url: one, onRequest: [existing, json], handler: putHandler(resource, services) },
    patch: {
      method: 'PATCH',
      url: one,
      onRequest: [existing, requireBody(PATCH_TYPES)],
      handler: patchHandler(resource, services),
    },
    delete: {
      method: 'DELETE',
      url: one,
      onRequest: existing,
      handler: deleteHandler(resource, services),
    },
    merge: {
      method: 'POST',
      url: `${one}/merge`,
      onRequest: [requireMergeable(resource, services), json],
      handler: mergeHandler(resource, services),
    },
    history: { method: 'GET', url: `${one}/history`, handler: historyHandler(resource, services) },
    links: { method: 'GET', url: `${one}/links`, handler: linksHandler(resource, services) },
    getBy: { method: 'GET', url: byId, handler: readHandler(resource, services) },
    putBy: { method: 'PUT', url: byId, onRequest: json, handler: upsertHandler(resource, services) },
  };
  const others = otherFormats(resource, services);
  for (const [name, route] of Object.entries(operations) as [OperationName, Handlers][]) {
    app.route({
      ...(route.method === 'GET' ? reading(route, others[name]) : writing(route)),
      schema: describeOperation(name, resource),
      config: { scope: route.method === 'GET' ? 'read' : 'write' },
    });
  }
  app.route({
    ...writing({ method: 'POST', url: `${one}/fork`, onRequest: existing, handler: forkHandler(resource, services) }),
    schema: describeFork(resource),
    config: { scope: 'write' },
  });
  app.route({
    ...reading({ method: 'GET', url: `${one}/provenance`, handler: provenanceHandler(resource, services) }),
    schema: describeProvenance(resource),
    config: { scope: 'read' },
  });
}

/** A read checks what can be answered in its handler: a hook of its own would cost a point read measurably. */
function reading({ handler, ...route }: Handlers, others?: OtherFormats): Handlers {
  return {
    ...route,
    handler(request, reply) {
      if (others === undefined) requireAcceptable(request, [JSON_TYPE]);
      else {
        const format = formatOf(request, others.formats);
        if (format !== 'json') return others.answer(format, request, reply);
      }
      return handler.call(this, request, reply);
    },
  };
}

function otherFormats(resource: Resource, services: Services): Partial<Record<OperationName, OtherFormats>> {
  const list = listInFormatHandler(resource, services);
  const jsonLd = jsonLdHandler(resource, services);
  const record: OtherFormats = {
    formats: RECORD_FORMATS,
    answer: (_format, request, reply) => jsonLd(request, reply),
  };
  return {
    list: {
      formats: listFormats(resource.collection),
      answer: (format, request, reply) => list(format as ListFormat, request, reply),
    },
    get: record,
    getBy: record,
  };
}

/** A write checks it before it looks for the record or reads the body. */
function writing({ onRequest = [], ...route }: Handlers): Handlers {
  const acceptable = async (request: FastifyRequest) => requireAcceptable(request, [JSON_TYPE]);
  return { ...route, onRequest: [acceptable, ...([onRequest].flat() as (typeof acceptable)[])] };
}
