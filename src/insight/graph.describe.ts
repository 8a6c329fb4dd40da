import { z } from 'zod';
import { KEY_OPTIONAL, problemResponses } from '../http/describe.js';
import { answer, found, ifNoneMatch, notModified, READ } from '../resources/operations/describe.js';
import { asOf, oneOf, parameter } from '../resources/operations/describe-parameters.js';
import { graphContent, graphFormat } from '../resources/operations/formats/describe-formats.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { DIRECTIONS } from './graph.js';
import { MAX_LENGTH, MAX_PATHS } from './paths.js';

export const MAX_DEPTH = 3;
export const MAX_STARTS = 10;
export const DEFAULT_LIMIT = 200;
export const MAX_LIMIT = 1_000;

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

export const graphOperation = {
  operationId: 'getGraph',
  summary: 'Records around others, or paths between two',
  description: `With \`of\`: the records within some steps, breadth first, those of the latest edges first. With \`between\`: the shortest paths between two records, of at most ${MAX_LENGTH} steps and at most ${MAX_PATHS} of the same length; none is an empty list.`,
  tags: ['insight'],
  security: KEY_OPTIONAL,
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  querystring: z.object({
    of: parameter(
      `Up to ${MAX_STARTS} records to start from, separated by commas: ids, slugs with their collection, or external ids.`,
      'events/us-ua-consultations-2025-01',
    ),
    between: parameter('Two records, separated by a comma, in place of `of`.'),
    depth: z
      .int()
      .min(1)
      .max(MAX_DEPTH)
      .optional()
      .meta({ description: `Steps, 1 to ${MAX_DEPTH}; 1 when absent.` }),
    direction: oneOf(DIRECTIONS, 'Along edges, against them, or `both` (when absent).'),
    relation: parameter('Only edges of these relations, separated by commas.'),
    role: parameter('Only edges of these roles, separated by commas, such as `host` or `member`.'),
    from: parameter(
      'Only edges that held on or after this, where their validity says so; those without a validity of their own always did. EDTF, such as 2024-07.',
    ),
    to: parameter('Only edges that held on or before this; see `from`. EDTF.'),
    match: oneOf(
      ['possible', 'certain'],
      '`possible` (when absent): the edge may have held on a day from `from` to `to`; `certain`: it must have.',
    ),
    types: parameter(`Only records of these types, separated by commas: ${RESOURCE_TYPES.join(', ')}.`),
    limit: z
      .int()
      .min(1)
      .max(MAX_LIMIT)
      .optional()
      .meta({ description: `Most records, 1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} when absent.` }),
    asOf,
    format: graphFormat,
  }),
  response: {
    200: answer('The graph.', Graph, found, graphContent),
    304: notModified,
    ...problemResponses(...READ, 'overloaded'),
  },
};
