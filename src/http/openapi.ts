import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { fastifyZodOpenApiPlugin, fastifyZodOpenApiTransformers } from 'fastify-zod-openapi';

const DESCRIPTION = `Chancery holds a knowledge base of diplomatic events: who met whom, what was announced, which agreement
came of it, who committed to what, in which area — each statement with its source, each change on record.

Reading is open unless the operator says otherwise. Writing needs a key: make one with \`npx chancery keys create --name me --scope write\`,
press **Authorize** and paste it. Every error is \`application/problem+json\`; each code has a page under \`/problems/\`.`;

export const DOCS_PREFIX = '/docs';

export interface ApiTag {
  name: string;
  description: string;
}

/** Collects the API description from the routes registered after it. */
export async function registerOpenApi(
  app: FastifyInstance,
  version: string,
  baseUrl: string,
  tags: readonly ApiTag[],
): Promise<void> {
  await app.register(fastifyZodOpenApiPlugin, {
    documentOpts: {
      /** Fields may be added to answers within /v1, so answers are never closed; one component then serves both ways. */
      override: ({ jsonSchema, io }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Chancery',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
        contact: { name: 'Chancery', url: 'https://example.org/chancery' },
      },
      servers: [{ url: baseUrl || '/', description: 'This server' }],
      tags: [...tags],
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'A key made with `npx chancery keys create`: `chy_…`.',
          },
        },
      },
    },
    ...fastifyZodOpenApiTransformers,
  });
}

/** Serves the description at `/openapi.json` and Swagger UI at `/docs`. Call after all routes. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true }, config: { scope: 'none' } }, async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(JSON.stringify(app.swagger())),
  );
  await app.register(swaggerUi, {
    routePrefix: DOCS_PREFIX,
    staticCSP:
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'",
    uiConfig: {
      deepLinking: true,
      displayRequestDuration: true,
      filter: true,
      tryItOutEnabled: true,
      docExpansion: 'none',
      persistAuthorization: false,
    },
    theme: { title: 'Chancery API' },
  });
}
