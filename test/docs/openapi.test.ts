import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { FORMAT_OPTIONS } from '../../src/resources/operations/formats/format.js';
import { LIST_PARAMETERS } from '../../src/resources/operations/list.js';
import { startTestService } from '../support/service.js';
import { readText, rowsUnder } from './project.js';

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: object[];
  parameters?: { name: string; in: string }[];
  responses?: Record<string, object>;
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
const document = JSON.parse(readText('openapi/openapi.json')) as {
  info: { version: string };
  tags: { name: string }[];
  paths: Record<string, Partial<Record<(typeof METHODS)[number], Operation>>>;
};
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => (item[method] ? [{ name: `${method.toUpperCase()} ${path}`, ...item[method] }] : [])),
);

/** Routes as Fastify is told of them; those that the description leaves out on purpose are marked as hidden. */
async function registeredRoutes(): Promise<RouteOptions[]> {
  const routes: RouteOptions[] = [];
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', (route) => void routes.push(route));
  };
  subscribe('fastify.initialization', listen);
  const service = await startTestService();
  unsubscribe('fastify.initialization', listen);
  await service.stop();
  return routes;
}

let described: RouteOptions[];
let hidden: string[];
beforeAll(async () => {
  const routes = (await registeredRoutes()).filter(({ method }) => method !== 'HEAD');
  const isHidden = ({ schema }: RouteOptions) => (schema as { hide?: boolean } | undefined)?.hide === true;
  described = routes.filter((route) => !isHidden(route));
  hidden = routes.filter(isHidden).map(({ url }) => url);
});

/** That it is what the program prints, and clean, is held in test/openapi. */
describe('openapi/openapi.json', () => {
  it('carries the version of the package', () => {
    expect(document.info.version).toBe((JSON.parse(readText('package.json')) as { version: string }).version);
  });

  it('has an operation for every route and a route for every operation', () => {
    const routes = described.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    expect(routes.sort()).toEqual(operations.map(({ name }) => name).sort());
  });

  it('leaves out only itself and the pages of Swagger UI', () => {
    expect(hidden.filter((url) => url !== '/openapi.json' && !/^\/docs(?:\/|$)/.test(url))).toEqual([]);
    expect(hidden).toContain('/openapi.json');
  });

  it('says of every operation what it is, under a tag that is explained', () => {
    const tags = document.tags.map(({ name }) => name);
    const lacking = operations.filter(
      ({ operationId, summary, description, tags: own = [], security }) =>
        !operationId || !summary || !description || !security || own.length !== 1 || !tags.includes(own[0] ?? ''),
    );
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  it('gives every operation an id of its own, a verb and a noun', () => {
    const ids = operations.map(({ operationId }) => operationId ?? '');
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      ids.filter(
        (id) =>
          !/^(?:list|create|get|replace|patch|delete|merge|fork|upsert|search|suggest|apply|import)[A-Z][A-Za-z]+$/.test(
            id,
          ),
      ),
    ).toEqual([]);
  });

  it('declares a success and the failures of every operation', () => {
    const lacking = operations.filter(({ responses = {} }) => {
      const statuses = Object.keys(responses);
      return !statuses.some((status) => status.startsWith('2')) || !statuses.includes('500');
    });
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });
});

describe('docs/api.md', () => {
  const rows = rowsUnder(readText('docs/api.md'), 'filter').map(([names = '', of = '']) => ({
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    of,
  }));

  it('names the filters of every resource, all of them and no other', () => {
    const named: Record<string, string[]> = {};
    const taken: Record<string, string[]> = {};
    const lists = resources.map(({ collection }) => `GET /v1/${collection}`);
    for (const { name, parameters = [] } of operations.filter(({ name }) => lists.includes(name))) {
      const collection = name.slice('GET /v1/'.length);
      const query = parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name);
      const shared: readonly string[] = [...LIST_PARAMETERS, ...Object.keys(FORMAT_OPTIONS)];
      const own = query.filter((parameter) => !shared.includes(parameter));
      taken[collection] = own.filter((parameter) => parameter !== 'areaDepth').sort();
      const applies = ({ of }: { of: string }) =>
        of === 'all' || of === collection || (of === 'records with a date' && query.includes('from'));
      named[collection] = rows
        .filter(applies)
        .flatMap(({ names }) => names)
        .sort();
    }
    expect(named).toEqual(taken);
    expect(Object.keys(taken)).toHaveLength(8);
  });

  it('names the operations that every resource has', () => {
    const listed = rowsUnder(readText('docs/api.md'), 'call').map(([call]) => (call ?? '').replaceAll('`', ''));
    const ofEvents = operations.map(({ name }) => name).filter((name) => / \/v1\/events(?:\/|$)/.test(name));
    expect(listed.sort()).toEqual(ofEvents.sort());
  });
});
