import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { JSON_TYPE } from '../http/body.js';
import { KEY_OPTIONAL, problemResponses } from '../http/describe.js';
import { requireAcceptable } from '../http/negotiate.js';
import { type Query, readQuery, wholeNumber } from '../http/query.js';
import { invalidParameter } from '../problems.js';
import { requireCode } from '../resources/common.filters.js';
import { answerAsOf } from '../resources/operations/answer-as-of.js';
import { found, ifNoneMatch, READ } from '../resources/operations/describe.js';
import { asOf } from '../resources/operations/describe-parameters.js';
import { MAX_SEARCH, parseSearchText, readCodes } from '../resources/operations/parameters.js';
import type { Services } from '../resources/operations/services.js';
import { RESOURCE_TYPES, type ResourceType } from '../shared/ids.js';
import { MAX_PLACED, MAX_RANKED, SEARCH } from './search.js';
import { MATCHES, SUGGEST } from './suggest.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const DEFAULT_SUGGESTIONS = 10;
const MAX_SUGGESTIONS = 50;
const ORDERS = ['relevance', 'date'] as const;

/** `GET /v1/search` and `GET /v1/suggest`. */
export function registerSearch(app: FastifyInstance, services: Services): void {
  const config = { scope: 'read' } as const;
  app.get('/v1/search', { schema: searchSchema, config }, async (request, reply) => {
    const query = understand(request, ['q', 'types', 'sort', 'limit', 'asOf']);
    const order = query.get('sort')?.[0] ?? 'relevance';
    requireCode('sort', order, ORDERS);
    const limit = wholeNumber('limit', query.get('limit')?.[0], DEFAULT_LIMIT, MAX_LIMIT);
    const args = { text: requireText(query), types: typesOf(query), order: order as (typeof ORDERS)[number], limit };
    return answerAsOf(services, request, reply, { name: 'search', query }, async (_head, revision) => {
      const { hits, complete } = await services.analyst.run(SEARCH, { ...args, revision });
      return { data: hits, complete, limit, asOf: revision };
    });
  });
  app.get('/v1/suggest', { schema: suggestSchema, config }, async (request, reply) => {
    const query = understand(request, ['q', 'types', 'limit', 'asOf']);
    const limit = wholeNumber('limit', query.get('limit')?.[0], DEFAULT_SUGGESTIONS, MAX_SUGGESTIONS);
    const args = { text: requireText(query), types: typesOf(query), limit };
    return answerAsOf(services, request, reply, { name: 'suggest', query }, async (_head, revision) => ({
      data: await services.analyst.run(SUGGEST, { ...args, revision }),
      asOf: revision,
    }));
  });
}

function understand(request: FastifyRequest, known: readonly string[]): Query {
  requireAcceptable(request, [JSON_TYPE]);
  return readQuery(request, known);
}

function requireText(query: Query): string {
  const text = parseSearchText(query.get('q')?.[0]);
  if (text === undefined) throw invalidParameter('q', 'must be given', 'missing');
  return text;
}

function typesOf(query: Query): readonly ResourceType[] {
  return readCodes(query, 'types', RESOURCE_TYPES) ?? RESOURCE_TYPES;
}

const READ_PROBLEMS = problemResponses(...READ, 'overloaded');

const record = {
  type: z.enum(RESOURCE_TYPES).meta({ description: 'What sort of record.' }),
  id: z.string().meta({ description: 'TypeID.' }),
  slug: z.string().meta({ description: 'Its name in URLs.' }),
  label: z.string().meta({ description: 'Its title, name, statement or question.' }),
};
const revision = z.int().meta({ description: 'The revision that the answer is of.' });

const SearchAnswer = z
  .object({
    data: z
      .array(
        z
          .object({
            ...record,
            highlights: z
              .array(
                z.object({
                  pointer: z.string().meta({
                    description: 'JSON Pointer to the text; `/text` for the stored text of a source.',
                    examples: ['/title'],
                  }),
                  text: z.string().meta({ description: 'The part of it around the words; `…` for what is left out.' }),
                  ranges: z.array(z.array(z.int()).length(2)).meta({
                    description: 'Where the words stand in `text`: offsets in UTF-16 code units, end exclusive.',
                  }),
                }),
              )
              .meta({ description: 'Up to three texts with the words in them.' }),
            via: z.array(z.string()).meta({ description: 'Ids of actors the search named that the record points at.' }),
          })
          .meta({ id: 'SearchHit', description: 'A record that fits a search.' }),
      )
      .meta({ description: 'The records, in the order asked for.' }),
    complete: z.boolean().meta({
      description: `False when not all that fit were ranked, but the ${MAX_RANKED.toLocaleString('en')} newest versions; where words are very common, those with all of them in their label and the ${MAX_PLACED.toLocaleString('en')} newest others.`,
    }),
    limit: z.int().meta({ description: 'Records asked for.' }),
    asOf: revision,
  })
  .meta({ id: 'SearchAnswer', description: 'The records that fit best.' });

const SuggestAnswer = z
  .object({
    data: z
      .array(
        z
          .object({
            ...record,
            name: z.string().meta({ description: 'The name of it that fits best.' }),
            match: z.enum(MATCHES).meta({
              description:
                '`start`: the name begins so; `word`: a word in it does; `typo`: a word does but for one letter.',
            }),
          })
          .meta({ id: 'Suggestion', description: 'A record by one of its names.' }),
      )
      .meta({ description: 'The records, the best first.' }),
    asOf: revision,
  })
  .meta({ id: 'SuggestAnswer', description: 'Records whose names begin as typed.' });

const types = z
  .string()
  .optional()
  .meta({ description: `Only records of these types: ${RESOURCE_TYPES.join(', ')}, separated by commas.` });

function limitOf(max: number, usual: number) {
  return z
    .int()
    .min(1)
    .max(max)
    .optional()
    .meta({ description: `Most records, 1 to ${max}; ${usual} when absent.` });
}

function typed(description: string, example: string) {
  return z.string().max(MAX_SEARCH).meta({ description, param: { example } });
}

const described = { tags: ['insight'], security: KEY_OPTIONAL, headers: z.object({ 'If-None-Match': ifNoneMatch }) };

const searchSchema = {
  operationId: 'searchRecords',
  summary: 'Search all records',
  description:
    'Records of all types whose texts hold the words, or that point at an actor with such a name, the best first. The words are read as in `q` of lists; any text is a search. To page through all that fits, or to narrow it with filters, use `q` of a list.',
  ...described,
  querystring: z.object({
    q: typed('What to look for: words, `"a phrase"`, `-excluded`, `beg*`.', 'Zelensky consultations'),
    types,
    sort: z.enum(ORDERS).optional().meta({ description: '`relevance` (when absent), or `date`: the latest first.' }),
    limit: limitOf(MAX_LIMIT, DEFAULT_LIMIT),
    asOf,
  }),
  response: {
    200: { description: 'What fits.', headers: z.object(found), content: { [JSON_TYPE]: { schema: SearchAnswer } } },
    304: { description: 'Nothing has changed since.', headers: z.object(found) },
    ...READ_PROBLEMS,
  },
};

const suggestSchema = {
  operationId: 'suggestRecords',
  summary: 'Complete what is typed',
  description:
    'Records whose label or another name begins as typed, or has a word that does; with one letter wrong, missing, added or exchanged where too few fit. For input fields.',
  ...described,
  querystring: z.object({
    q: typed('What was typed so far.', 'zelen'),
    types,
    limit: limitOf(MAX_SUGGESTIONS, DEFAULT_SUGGESTIONS),
    asOf,
  }),
  response: {
    200: { description: 'What fits.', headers: z.object(found), content: { [JSON_TYPE]: { schema: SuggestAnswer } } },
    304: { description: 'Nothing has changed since.', headers: z.object(found) },
    ...READ_PROBLEMS,
  },
};
