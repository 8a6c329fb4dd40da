import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { JSON_TYPE } from '../http/body.js';
import { cacheHeaders, isNotModified } from '../http/conditional.js';
import { requireAcceptable } from '../http/negotiate.js';
import { type Query, readQuery } from '../http/query.js';
import { invalidParameter, Problem } from '../problems.js';
import { commitments } from '../resources/commitments/index.js';
import { requireCode } from '../resources/common.filters.js';
import { answerAsOf } from '../resources/operations/answer-as-of.js';
import { filterNames, planFilters } from '../resources/operations/filter-plan.js';
import { parseSearchText, splitList } from '../resources/operations/parameters.js';
import { JSON_UTF8, type Services } from '../resources/operations/services.js';
import { refuseValidOn } from '../resources/operations/valid-on.js';
import type { Resource } from '../resources/resource.js';
import { queryHash } from '../shared/cursor.js';
import { hint } from '../shared/text.js';
import {
  statsOperation,
  timelineOperation,
  totalsOperation,
  vocabulariesOperation,
  vocabularyOperation,
} from './numbers.describe.js';
import { BUCKET_UNITS } from './periods.js';
import { STATS } from './stats.js';
import {
  MAX_BUCKETS,
  SPLIT_NAMES,
  SPLITS,
  TIMELINE,
  TIMELINE_TYPES,
  type TimelineArgs,
  timelineResource,
} from './timeline.js';
import {
  DEFAULT_STAGES,
  GROUP_NAMES,
  type GroupName,
  MAX_COMMITMENTS,
  MAX_GROUPS,
  STAGE_NAMES,
  TOTALS,
} from './totals.js';
import { VOCABULARIES } from './vocabularies.js';

const TIMELINE_PARAMETERS = ['type', 'by', 'split', 'imprecise', 'empty', 'asOf'];
const TOTALS_PARAMETERS = ['group', 'stages', 'asOf'];
/** Code lists change with the program only. */
const VOCABULARY_SECONDS = 3_600;

/** `/v1/timeline`, `/v1/commitments/totals`, `/v1/stats` and `/v1/vocabularies`. */
export function registerNumbers(app: FastifyInstance, services: Services): void {
  const config = { scope: 'read' } as const;
  app.get('/v1/timeline', { schema: timelineOperation, config }, timelineHandler(services));
  app.get('/v1/commitments/totals', { schema: totalsOperation, config }, totalsHandler(services));
  app.get('/v1/stats', { schema: statsOperation, config }, statsHandler(services));
  app.get('/v1/vocabularies', { schema: vocabulariesOperation, config }, vocabulariesHandler(services));
  app.get('/v1/vocabularies/:name', { schema: vocabularyOperation, config }, vocabularyHandler(services));
}

function timelineHandler(services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    requireAcceptable(request, [JSON_TYPE]);
    const { type: typeText } = request.query as { type?: unknown };
    const type = TIMELINE_TYPES.find((candidate) => candidate === typeText) ?? 'events';
    const resource = timelineResource(type);
    const query = readFiltered(request, resource, TIMELINE_PARAMETERS);
    requireChoice('type', query, TIMELINE_TYPES, type);
    const split = query.has('split') ? requireChoice('split', query, SPLIT_NAMES, 'kind') : undefined;
    if (split !== undefined && SPLITS[type][split] === undefined) {
      const possible = Object.keys(SPLITS[type]);
      throw invalidParameter('split', `must be one of ${possible.join(', ')} for type=${type}`);
    }
    const wanted = {
      ...{ type, split, query: [...query] },
      by: requireChoice('by', query, BUCKET_UNITS, 'month'),
      imprecise: requireChoice('imprecise', query, ['bucket', 'spread'] as const, 'bucket'),
      fill: requireChoice('empty', query, ['omit', 'fill'] as const, 'omit') === 'fill',
    };
    const plan = planFilters(resource, query);
    return answerAsOf(services, request, reply, { name: 'timeline', query, plan }, (head, revision) =>
      readTimeline(services, { ...wanted, found: head.references, revision }),
    );
  };
}

async function readTimeline(services: Services, args: TimelineArgs) {
  const result = await services.analyst.run(TIMELINE, args);
  if (!('tooMany' in result)) return result;
  const coarser = BUCKET_UNITS.slice(BUCKET_UNITS.indexOf(args.by) + 1).map((unit) => `by=${unit}`);
  const ways = [...coarser, 'a narrower `from` and `to`', ...(args.fill ? ['`empty=omit`'] : [])];
  throw invalidParameter(
    'by',
    `would make ${result.tooMany.toLocaleString('en')} buckets, more than ${MAX_BUCKETS.toLocaleString('en')}; use ${ways.join(' or ')}`,
    'out-of-range',
  );
}

function totalsHandler(services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    requireAcceptable(request, [JSON_TYPE]);
    const query = readFiltered(request, commitments, TOTALS_PARAMETERS);
    const wanted = {
      query: [...query],
      group: readGroup(query.get('group')?.[0]),
      stages: readStages(query.get('stages')?.[0]),
    };
    const plan = planFilters(commitments, query);
    return answerAsOf(services, request, reply, { name: 'totals', query, plan }, async (head, revision) => {
      const result = await services.analyst.run(TOTALS, { ...wanted, found: head.references, revision });
      if (!('tooMany' in result)) return result;
      if (result.tooMany === 'groups')
        throw invalidParameter(
          'group',
          `would make more groups than ${MAX_GROUPS.toLocaleString('en')}, or too large ones; group by one, or narrow the filters`,
          'out-of-range',
        );
      throw invalidParameter(
        'from',
        `or another filter must narrow the commitments to ${MAX_COMMITMENTS.toLocaleString('en')} with an amount`,
        'out-of-range',
      );
    });
  };
}

function readGroup(text: string | undefined): GroupName[] {
  if (text === undefined) return [];
  const names = splitList('group', text);
  for (const name of names) requireCode('group', name, GROUP_NAMES);
  if (names.length > 2 || new Set(names).size < names.length)
    throw invalidParameter('group', 'must be one or two different names', 'out-of-range');
  return names as GroupName[];
}

function readStages(text: string | undefined): string[] {
  const stages = text === undefined ? DEFAULT_STAGES : splitList('stages', text);
  for (const stage of stages) requireCode('stages', stage, STAGE_NAMES);
  return STAGE_NAMES.filter((stage) => stages.includes(stage));
}

function statsHandler(services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    requireAcceptable(request, [JSON_TYPE]);
    const query = readQuery(request, ['asOf']);
    return answerAsOf(services, request, reply, { name: 'stats', query }, (_head, revision) =>
      services.analyst.run(STATS, { revision }),
    );
  };
}

/** The query of a reading that takes all filters of a list beside parameters of its own. */
function readFiltered(request: FastifyRequest, resource: Resource, own: readonly string[]): Query {
  refuseValidOn(resource, request);
  const repeatable = resource.filters.map(({ name }) => name);
  const query = readQuery(request, [...own, 'q', ...filterNames(resource)], repeatable);
  parseSearchText(query.get('q')?.[0]);
  return query;
}

function requireChoice<Choice extends string>(
  name: string,
  query: Query,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const value = query.get(name)?.[0] ?? fallback;
  requireCode(name, value, choices);
  return value as Choice;
}

function vocabulariesHandler(services: Services) {
  const body = JSON.stringify({ data: VOCABULARIES });
  return async (request: FastifyRequest, reply: FastifyReply) => {
    requireAcceptable(request, [JSON_TYPE]);
    readQuery(request, []);
    return sendCodes(services, request, reply, body);
  };
}

function vocabularyHandler(services: Services) {
  const bodies = new Map(VOCABULARIES.map((vocabulary) => [vocabulary.name, JSON.stringify(vocabulary)]));
  return async (request: FastifyRequest, reply: FastifyReply) => {
    requireAcceptable(request, [JSON_TYPE]);
    readQuery(request, []);
    const { name } = request.params as { name: string };
    const body = bodies.get(name);
    if (body !== undefined) return sendCodes(services, request, reply, body);
    const told = `No code list is called \`${name.slice(0, 100)}\``;
    throw new Problem('not-found', `${told}${hint(name, bodies.keys()) || '; `/v1/vocabularies` lists them.'}`);
  };
}

/** A text that is the same until the program changes: its entity tag is made of it. */
function sendCodes(services: Services, request: FastifyRequest, reply: FastifyReply, body: string): FastifyReply {
  const tag = `"${queryHash(body)}"`;
  cacheHeaders(reply, tag, false, services.publicRead);
  reply.header('cache-control', `${services.publicRead ? 'public' : 'private'}, max-age=${VOCABULARY_SECONDS}`);
  return isNotModified(request, tag) ? reply.code(304).send() : reply.type(JSON_UTF8).send(body);
}
