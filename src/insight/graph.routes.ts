import type { FastifyInstance } from 'fastify';
import { type Query, readQuery, wholeNumber } from '../http/query.js';
import type { HeldWithin } from '../journal/edge-filter.js';
import { invalidParameter } from '../problems.js';
import { MEMBERSHIP_ROLES } from '../resources/actors/actors.schema.js';
import { PARTY_ROLES } from '../resources/agreements/agreements.schema.js';
import { dateRange, requireCode } from '../resources/common.filters.js';
import { PARTICIPANT_ROLES } from '../resources/events/events.schema.js';
import { answerAsOf } from '../resources/operations/answer-as-of.js';
import { type FilterPlan, recordOf } from '../resources/operations/filter-plan.js';
import { contentType, formatOf, GRAPH_FORMATS } from '../resources/operations/formats/format.js';
import { readCodes, splitList } from '../resources/operations/parameters.js';
import type { Services } from '../resources/operations/services.js';
import { NO_EARLIEST, NO_LATEST } from '../shared/edtf.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { parseReference } from '../shared/reference.js';
import { DEFAULT_LIMIT, graphOperation, MAX_DEPTH, MAX_LIMIT, MAX_STARTS } from './graph.describe.js';
import { DIRECTIONS, type Direction, GRAPH, type Graph } from './graph.js';
import { graphMlText } from './graphml.js';
import { LINK_RELATIONS } from './link-relations.js';

const RELATIONS = Object.keys(LINK_RELATIONS);
const ROLES = [...new Set([PARTICIPANT_ROLES, PARTY_ROLES, MEMBERSHIP_ROLES].flatMap((codes) => Object.keys(codes)))];
const PARAMETERS = Object.keys(graphOperation.querystring.shape);

const GRAPHML = { contentType: contentType('graphml'), write: graphMlText };

/** `GET /v1/graph`. */
export function registerGraph(app: FastifyInstance, services: Services): void {
  app.get('/v1/graph', { schema: graphOperation, config: { scope: 'read' } }, async (request, reply) => {
    const format = formatOf(request, GRAPH_FORMATS);
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
      roles: readCodes(query, 'role', ROLES),
      types: readCodes(query, 'types', RESOURCE_TYPES),
      held: readHeld(query),
    };
    const asked = {
      name: `graph ${format}`,
      query,
      plan: planOf(name, texts),
      ...(format === 'graphml' && { form: GRAPHML }),
    };
    return answerAsOf<Graph & { asOf: number }>(services, request, reply, asked, async (head, revision) => {
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

/** What `from`, `to` and `match` say, as lists take them. */
function readHeld(query: Query): HeldWithin | undefined {
  const range = dateRange(query.get('from')?.[0], query.get('to')?.[0], query.get('match')?.[0]);
  return range && { match: range.match, first: range.start ?? NO_EARLIEST, last: range.end ?? NO_LATEST };
}

function readDepth(query: Query): number {
  return wholeNumber('depth', query.get('depth')?.[0], 1, MAX_DEPTH);
}

/** What must be looked up; raises `invalid-parameter` for what names nothing, or several records. */
function planOf(name: string, texts: readonly string[]): FilterPlan {
  return {
    references: texts.map((text) => ({ reference: parseReference(text), type: 'any', of: name })),
    resolve(records) {
      for (const [index, text] of texts.entries()) recordOf({ name, to: 'any' }, text, records[index] ?? 'missing');
      return { conditions: [], edges: [] };
    },
  };
}
