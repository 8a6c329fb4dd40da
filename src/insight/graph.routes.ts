import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { JSON_TYPE } from '../http/body.js';
import { KEY_OPTIONAL, problemResponses } from '../http/describe.js';
import { requireAcceptable } from '../http/negotiate.js';
import { type Query, readQuery, wholeNumber } from '../http/query.js';
import { invalidParameter } from '../problems.js';
import { requireCode } from '../resources/common.filters.js';
import { answer, found, ifNoneMatch, notModified, READ } from '../resources/operations/describe.js';
import { asOf } from '../resources/operations/describe-parameters.js';
import type { FilterPlan } from '../resources/operations/filter-plan.js';
import { splitList } from '../resources/operations/parameters.js';
import type { Services } from '../resources/operations/services.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { parseReference } from '../shared/reference.js';
import { answerAsOf } from './answer.routes.js';
import { DIRECTIONS, type Direction, GRAPH } from './graph.js';
import { LINK_RELATIONS } from './link-relations.js';
import { MAX_LENGTH, MAX_PATHS } from './paths.js';

const MAX_DEPTH = 3;
const MAX_STARTS = 10;
const DEFAULT_LIMIT = 200;
const MAX_LIMIT = 1_000;
const RELATIONS = Object.keys(LINK_RELATIONS);
const PARAMETERS = ['of', 'between', 'depth', 'direction', 'relation', 'types', 'limit', 'asOf'];

/** `GET /v1/graph`. */
export function registerGraph(app: FastifyInstance, services: Services): void {
  app.get('/v1/graph', { schema: graphSchema, config: { scope: 'read' } }, async (request, reply) => {
    requireAcceptable(request, [JSON_TYPE]);
    const query = readQuery(request, PARAMETERS);
    const { name, texts } = readStarts(query);
    const direction = query.get('direction')?.[0] ?? 'both';
    requireCode('direction', direction, DIRECTIONS);
    const wanted = {
      paths: name === 'between',
      direction: direction as Direction,
      depth: readDepth(query),
      limit: wholeNumber('limit', query.get('limit')?.[0], DEFAULT_LIMIT, MAX_LIMIT),
      relations: readCodes(query, 'relation', RELATIONS),
      types: readCodes(query, 'types', RESOURCE_TYPES),
    };
    const plan = planOf(name, texts);
    return answerAsOf(services, request, reply, { name: 'graph', query, plan }, async (head, revision) => {
      const of = head.references.flatMap((record) => (typeof record === 'string' ? [] : [record.id]));
      return { ...(await services.analyst.run(GRAPH, { ...wanted, of, revision })), asOf: revision };
    });
  });
}

/** The records to start from: those of `of`, or the two of `between`. */
function readStarts(query: Query): { name: 'of' | 'between'; texts: string[] } {
  const [of, between] = [query.get('of')?.[0], query.get('between')?.[0]];
  if (of === undefined && between === undefined)
    throw invalidParameter('of', 'must be given, or `between` for paths', 'missing');
  if (of !== undefined && between !== undefined)
    throw invalidParameter('between', 'cannot be given beside `of`', 'not-combinable');
  if (between !== undefined) {
    for (const other of ['depth', 'limit'])
      if (query.has(other))
        throw invalidParameter(other, 'is of neighbourhoods; leave it out with `between`', 'not-combinable');
    const texts = splitList('between', between);
    if (texts.length !== 2) throw invalidParameter('between', 'must name two records', 'out-of-range');
    return { name: 'between', texts };
  }
  const texts = splitList('of', of ?? '');
  if (texts.length > MAX_STARTS)
    throw invalidParameter('of', `must name at most ${MAX_STARTS} records`, 'out-of-range');
  return { name: 'of', texts };
}

function readDepth(query: Query): number {
  return wholeNumber('depth', query.get('depth')?.[0], 1, MAX_DEPTH);
}

function readCodes<Code extends string>(query: Query, name: string, allowed: readonly Code[]): Code[] | undefined {
  const text = query.get(name)?.[0];
  if (text === undefined) return undefined;
  const codes = [...new Set(splitList(name, text))];
  for (const code of codes) requireCode(name, code, allowed);
  return codes as Code[];
}

/** What must be looked up; raises `invalid-parameter` for what names nothing, or several records. */
function planOf(name: string, texts: readonly string[]): FilterPlan {
  return {
    references: texts.map((text) => ({ reference: parseReference(text), type: 'any', of: name })),
    resolve(records) {
      for (const [index, text] of texts.entries()) {
        const record = records[index] ?? 'missing';
        if (record === 'missing')
          throw invalidParameter(name, `names no record: \`${text.slice(0, 100)}\``, 'unknown-reference');
        if (record === 'ambiguous')
          throw invalidParameter(
            name,
            `could mean several records: \`${text.slice(0, 100)}\`; write it with its collection, as in \`events/some-slug\``,
            'ambiguous',
          );
      }
      return { conditions: [], edges: [] };
    },
  };
}

const id = z.string().meta({ description: 'TypeID.' });
const bound = (description: string) => z.string().nullable().meta({ description });

const Graph = z
  .object({
    nodes: z
      .array(
        z
          .object({
            id,
            type: z.enum(RESOURCE_TYPES).meta({ description: 'What sort of record.' }),
            slug: z.string().meta({ description: 'Its name in URLs, as of the answer.' }),
            label: z.string().meta({ description: 'Its title, name, statement or question, as of the answer.' }),
            depth: z.int().meta({ description: 'Steps from the nearest start.' }),
          })
          .meta({ id: 'GraphNode', description: 'A record in a graph.' }),
      )
      .meta({ description: 'The records, those nearest to the start first.' }),
    edges: z
      .array(
        z
          .object({
            id: z.string().meta({ description: 'Names the edge within the answer.' }),
            source: z.string().meta({ description: 'Id of the record that points.' }),
            target: z.string().meta({ description: 'Id of the record it points at.' }),
            relation: z.string().meta({ description: 'What the one is to the other.', examples: ['participant'] }),
            role: z.string().optional().meta({ description: 'Role within the relation.' }),
            validity: z
              .object({ earliest: bound('First day.'), latest: bound('Last day.') })
              .nullable()
              .optional()
              .meta({
                description:
                  'First and last day it may have held, each null without a bound; null when it never held, as for a treaty never in force.',
              }),
          })
          .meta({ id: 'GraphEdge', description: 'An edge of a graph. Two records may have several.' }),
      )
      .meta({ description: 'The edges that were gone along.' }),
    paths: z
      .array(z.array(z.string()))
      .optional()
      .meta({ description: 'With `between`: ids along each of the shortest paths; empty when there is none.' }),
    truncated: z.boolean().meta({ description: 'Whether something was left out for want of room.' }),
    asOf: z.int().meta({ description: 'The revision that the answer is of.' }),
  })
  .meta({ id: 'Graph', description: 'Records and the edges between them.' });

const optional = (description: string) => z.string().optional().meta({ description });

const graphSchema = {
  operationId: 'getGraph',
  summary: 'Records around others, or paths between two',
  description: `With \`of\`: the records within some steps, breadth first, those of the latest edges first. With \`between\`: the shortest paths between two records, of at most ${MAX_LENGTH} steps and at most ${MAX_PATHS} of the same length; none is an empty list.`,
  tags: ['insight'],
  security: KEY_OPTIONAL,
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  querystring: z.object({
    of: z
      .string()
      .optional()
      .meta({
        description: `Up to ${MAX_STARTS} records to start from, separated by commas: ids, slugs with their collection, or external ids.`,
        param: { example: 'events/us-ua-consultations-2025-01' },
      }),
    between: optional('Two records, separated by a comma, in place of `of`.'),
    depth: z
      .int()
      .min(1)
      .max(MAX_DEPTH)
      .optional()
      .meta({ description: `Steps, 1 to ${MAX_DEPTH}; 1 when absent.` }),
    direction: z
      .enum(DIRECTIONS)
      .optional()
      .meta({ description: 'Along edges, against them, or `both` (when absent).' }),
    relation: optional('Only edges of these relations, separated by commas.'),
    types: optional(`Only records of these types, separated by commas: ${RESOURCE_TYPES.join(', ')}.`),
    limit: z
      .int()
      .min(1)
      .max(MAX_LIMIT)
      .optional()
      .meta({ description: `Most records, 1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} when absent.` }),
    asOf,
  }),
  response: { 200: answer('The graph.', Graph, found), 304: notModified, ...problemResponses(...READ, 'overloaded') },
};
