import { z } from 'zod';
import { KEY_OPTIONAL, problemResponses } from '../http/describe.js';
import { commitments } from '../resources/commitments/index.js';
import { answer, found, ifNoneMatch, notModified, READ } from '../resources/operations/describe.js';
import { asOf, listQuery, oneOf, parameter, search } from '../resources/operations/describe-parameters.js';
import { filterNames } from '../resources/operations/filter-plan.js';
import { CodeListPage, CodeListSchema, StatsSchema, TimelineSchema, TotalsSchema } from './numbers.schema.js';
import { BUCKET_UNITS } from './periods.js';
import { MAX_BUCKETS, MAX_SPLIT_VALUES, SPLIT_NAMES, TIMELINE_TYPES, timelineResource } from './timeline.js';
import { DEFAULT_STAGES, GROUP_NAMES, NO_STAGE, STAGE_NAMES } from './totals.js';
import { VOCABULARIES } from './vocabularies.js';

const headers = z.object({ 'If-None-Match': ifNoneMatch });
const coded = (codes: readonly string[]) => codes.map((code) => `\`${code}\``).join(', ');

function reading(operationId: string, summary: string, description: string, schema: z.ZodType, told: string) {
  return {
    ...{ operationId, summary, description, tags: ['insight'], security: KEY_OPTIONAL, headers },
    response: { 200: answer(told, schema, found), 304: notModified, ...problemResponses(...READ) },
  };
}

/** A parameter for every filter that any of the types has; what it takes depends on the type. */
function timelineFilters(): z.ZodRawShape {
  const takers = new Map<string, string[]>();
  for (const type of TIMELINE_TYPES) {
    for (const name of filterNames(timelineResource(type))) takers.set(name, [...(takers.get(name) ?? []), type]);
  }
  const prefilled: Record<string, string> = { from: '2024', to: '2025' };
  return Object.fromEntries(
    [...takers].map(([name, types]) => [
      name,
      parameter(`The filter of that name of ${types.join(', ')}: as in their lists.`, prefilled[name]),
    ]),
  );
}

export const timelineOperation = {
  ...reading(
    'getTimeline',
    'Count records over time',
    `How many records of a type lie in each day, month, quarter or year, with all filters of its list. A date is never made more precise than its source: with \`imprecise=bucket\` a record that does not wholly lie in one bucket counts under \`unknownWithin\`, within the smallest longer period that holds it; with \`imprecise=spread\` it counts in every bucket it may lie in. At most ${MAX_BUCKETS.toLocaleString('en')} buckets.`,
    TimelineSchema,
    'The buckets in order.',
  ),
  querystring: z.object({
    type: oneOf(TIMELINE_TYPES, 'What to count; `events` when absent.', 'events'),
    by: oneOf(BUCKET_UNITS, 'Length of the buckets; `month` when absent.', 'quarter'),
    split: oneOf(
      SPLIT_NAMES,
      `Also count by this, the ${MAX_SPLIT_VALUES} values of most records each for themselves. \`kind\` is the legal form of agreements, \`status\` the stage of commitments. Claims have no status, area and country, sources only kind and method.`,
      'kind',
    ),
    imprecise: oneOf(['bucket', 'spread'], 'Where dates count that are wider than a bucket; `bucket` when absent.'),
    empty: oneOf(
      ['omit', 'fill'],
      '`fill`: also the empty buckets between the first and the last; `omit` when absent.',
    ),
    q: search,
    ...timelineFilters(),
    asOf,
  }),
};

const ONLY_LISTS = {
  ...({ sort: true, limit: true, cursor: true } as const),
  ...({ fields: true, include: true, facets: true, count: true } as const),
};

export const totalsOperation = {
  ...reading(
    'getCommitmentTotals',
    'Add up what was promised',
    'Exact sums of the amounts of commitments, never converted: each currency, basis (`total`, `per-year`) and qualifier (`exact`, `at-least`, `up-to` …) for itself. Restatements are never counted again; amounts in dispute, lapsed stages and commitments without an amount are left out and listed. A commitment that stands in several groups counts whole in each and is marked `shared` there; `totals` counts it once.',
    TotalsSchema,
    'The sums, and what they leave out.',
  ),
  querystring: listQuery(commitments)
    .omit(ONLY_LISTS)
    .extend({
      group: parameter(`One or two of ${coded(GROUP_NAMES)}, separated by a comma.`, 'year'),
      stages: parameter(
        `The stages to sum, of ${coded(STAGE_NAMES)} (\`${NO_STAGE}\`: without milestones), separated by commas. When absent: ${coded(DEFAULT_STAGES)}.`,
      ),
      asOf,
    }),
};

export const statsOperation = {
  ...reading(
    'getStats',
    'Numbers of records and revisions',
    'How many records there are by type, kind, status and method, how many cite or quote sources or are in dispute, and how far the journal goes. With `asOf`, as it was then.',
    StatsSchema,
    'The numbers.',
  ),
  querystring: z.object({ asOf }),
};

export const vocabulariesOperation = reading(
  'listVocabularies',
  'List the code lists',
  'Every closed list of codes with definitions and the fields that take them. They change with the version of the program only.',
  CodeListPage,
  'All code lists.',
);

export const vocabularyOperation = {
  ...reading(
    'getVocabulary',
    'Read a code list',
    'One closed list of codes with definitions and the fields that take them.',
    CodeListSchema,
    'The code list.',
  ),
  params: z.object({
    name: z
      .string()
      .max(500)
      .meta({
        description: `Name of the list: one of ${coded(VOCABULARIES.map(({ name }) => name))}.`,
        param: { example: 'event-kinds' },
      }),
  }),
  response: {
    200: answer('The code list.', CodeListSchema, found),
    304: notModified,
    ...problemResponses(...READ, 'not-found'),
  },
};
