import type { FastifyInstance, FastifyRequest } from 'fastify';
import { JSON_TYPE, registerTextBody, requireTextType, TEXT_TYPE } from '../../http/body.js';
import { requireAcceptable } from '../../http/negotiate.js';
import { MAX_TEXT_BYTES } from '../../http/problem-details.js';
import { readQuery } from '../../http/query.js';
import type { Resource } from '../resource.js';
import { describeCitations } from './describe-citations.js';
import { describeDeleteText, describeGetText, describePutText } from './describe-texts.js';
import { formatOf, RECORD_FORMATS } from './formats/format.js';
import type { Services } from './services.js';
import { citationsHandler } from './source-citations.js';
import { deleteTextHandler, putTextHandler, readTextHandler, requireStoredText } from './source-text.js';
import { requireExisting } from './write.js';

/** What sources have beside the operations of every resource: their texts, and who cites them. */
export async function registerProvenance(app: FastifyInstance, resource: Resource, services: Services): Promise<void> {
  await registerTexts(app, resource, services);
  const citations = citationsHandler(resource, services);
  app.get(
    `/v1/${resource.collection}/:ref/citations`,
    { schema: describeCitations(resource), config: { scope: 'read' } },
    async (request, reply) => citations(formatOf(request, RECORD_FORMATS), request, reply),
  );
}

async function registerTexts(app: FastifyInstance, resource: Resource, services: Services): Promise<void> {
  const url = `/v1/${resource.collection}/:ref/text`;
  const existing = requireExisting(resource, services);
  const write = { config: { scope: 'write' } } as const;
  // In a scope of its own, because no other operation takes plain text.
  await app.register(async (scope) => {
    registerTextBody(scope);
    scope.get(
      url,
      { schema: describeGetText(resource), config: { scope: 'read' }, onRequest: acceptable(TEXT_TYPE) },
      readTextHandler(resource, services),
    );
    scope.put(
      url,
      {
        ...write,
        schema: describePutText(resource),
        bodyLimit: MAX_TEXT_BYTES,
        onRequest: [acceptable(JSON_TYPE), existing, requirePlainText],
      },
      putTextHandler(resource, services),
    );
    scope.delete(
      url,
      {
        ...write,
        schema: describeDeleteText(resource),
        onRequest: [acceptable(JSON_TYPE), existing, requireStoredText],
      },
      deleteTextHandler(resource, services),
    );
  });
}

function acceptable(type: string) {
  return async (request: FastifyRequest) => requireAcceptable(request, [type]);
}

async function requirePlainText(request: FastifyRequest): Promise<void> {
  readQuery(request, []);
  requireTextType(request);
}
