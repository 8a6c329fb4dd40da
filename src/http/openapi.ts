import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';

const DESCRIPTION = `Chancery holds a knowledge base of diplomatic events: who met whom, what was announced, which agreement
came of it, who committed to what, in which area — each statement with its source, each change on record.

**Try it.** Reading is open unless the operator says otherwise: open an operation and press *Execute*; the fields are filled
in with examples from the seeds. Writing needs a key: make one with \`npx chancery keys create --name me --scope write\`, press
**Authorize** and paste it. *Create*, *change* and *delete* are filled in for one record made up for trying.

**Everywhere the same.** Each of the eight resources has the same operations. A path takes the id, the slug or
\`{scheme}:{value}\` of an external id. Changing a record needs \`If-Match\` with the ETag that was read, or \`*\` for whatever is
there. Dates are EDTF (ISO 8601-2), as precise as the source and no more. Every error is \`application/problem+json\`; each
code has a page under \`/problems/\`.`;

export const DOCS_PREFIX = '/docs';

interface Described {
  description?: string;
}

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
  const paths: ZodOpenApiPathsObject = {};
  await app.register(swagger, {
    openapi: {},
    /** @fastify/swagger drops examples, header fields and descriptions beside references: it finds the routes, no more. */
    transform: ({ schema, url, route }) => {
      if (schema?.operationId !== undefined) {
        const path = url.replace(/:([A-Za-z]+)/g, '{$1}');
        paths[path] = { ...paths[path], [String(route.method).toLowerCase()]: operationOf(schema) };
      }
      return { schema: { hide: true }, url };
    },
    transformObject: () => documentOf(version, baseUrl, tags, paths),
  });
}

function documentOf(version: string, baseUrl: string, tags: readonly ApiTag[], paths: ZodOpenApiPathsObject): object {
  const document: unknown = createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Chancery',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
        contact: { name: 'The operator of this service' },
      },
      servers: [{ url: baseUrl || '/', description: 'This server' }],
      tags: [...tags],
      paths,
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
    { override },
  );
  return JSON.parse(JSON.stringify(document), sayOnce) as object;
}

/** Takes a description away from a schema that repeats that of the parameter, header or union around it. */
function sayOnce(_key: string, value: unknown): unknown {
  const { description, schema, anyOf = [] } = (value ?? {}) as Described & { schema?: Described; anyOf?: Described[] };
  if (typeof description !== 'string' || !Array.isArray(anyOf)) return value;
  for (const inner of [schema, ...anyOf]) {
    if (inner?.description === description) delete inner.description;
  }
  return value;
}

/** One operation, from the schema of its route: Zod objects for parameters, OpenAPI objects for bodies and answers. */
function operationOf(schema: FastifySchema): ZodOpenApiOperationObject {
  const { params, querystring, headers, body, response, ...rest } = schema;
  const requestParams = Object.entries({ path: params, query: querystring, header: headers });
  const operation = {
    ...rest,
    requestParams: Object.fromEntries(requestParams.filter(([, parameters]) => parameters !== undefined)),
    requestBody: body,
    responses: response,
  };
  return operation as unknown as ZodOpenApiOperationObject;
}

/**
 * Fields may be added to answers within /v1, so only what stands in requests alone is closed; one component then serves
 * both ways. Zod's bounds of whole numbers are those of JavaScript, not ours; its pattern of instants repeats `format`.
 */
const override: ZodOpenApiOverride = ({ jsonSchema, zodSchema }) => {
  const id = String(z.globalRegistry.get(zodSchema)?.id ?? '');
  const isRequestOnly = /(?:Input|Patch)$/.test(id);
  if (jsonSchema.additionalProperties === false && !isRequestOnly) delete jsonSchema.additionalProperties;
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

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
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    uiConfig: {
      deepLinking: true,
      displayRequestDuration: true,
      filter: true,
      tryItOutEnabled: true,
      docExpansion: 'none',
      // Without the bar for other documents, whose logo also brings a style that the policy would have to allow.
      layout: 'BaseLayout',
      defaultModelsExpandDepth: 0,
      persistAuthorization: false,
    },
    theme: { title: 'Chancery API' },
  });
}
