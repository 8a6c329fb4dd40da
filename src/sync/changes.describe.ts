import { z } from 'zod';
import { KEY_OPTIONAL, problemResponses } from '../http/describe.js';
import { CHANGE_KINDS } from '../journal/record.js';
import { resources } from '../resources/index.js';
import { answer, CURSOR, foundPage, ifNoneMatch, notModified, READ } from '../resources/operations/describe.js';
import { authorship, mergedInto } from '../resources/operations/describe-pages.js';
import { oneOf, parameter } from '../resources/operations/describe-parameters.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { OPS } from './changes.js';
import { ALL_FILTERS, followedFilters } from './followed.js';
import { DEFAULT_CHANGES, MAX_CHANGES, MAX_WAIT_SECONDS } from './limits.js';

const coded = (codes: readonly string[]) => codes.map((code) => `\`${code}\``).join(', ');
const opMeanings = Object.entries(OPS).map(([op, meaning]) => `\`${op}\`: ${meaning}`);

export const ChangeSchema = z
  .object({
    revision: z.int().meta({ description: 'Number of the change; gapless, in the order of commits.' }),
    id: z.string().meta({ description: 'TypeID of the record.' }),
    type: z.enum(RESOURCE_TYPES).meta({ description: 'What sort of record.' }),
    slug: z.string().meta({ description: 'Its name in URLs after the change.' }),
    version: z.int().meta({ description: 'Version of the record after the change.' }),
    op: z.enum(Object.keys(OPS) as [keyof typeof OPS]).meta({ description: opMeanings.join(' ') }),
    ...authorship,
    mergedInto,
    caused: z
      .object({
        first: z.int().meta({ description: 'The first of them.' }),
        last: z.int().meta({ description: 'The last of them, right before the merge.' }),
      })
      .optional()
      .meta({
        description:
          'With `merge`: the revisions that it caused, of the record that goes on where it gained something, then of each whose references were moved. Absent when there are none.',
      }),
    origin: z
      .string()
      .optional()
      .meta({ description: 'Of a mirrored record: the instance where it is edited (`instance` of `/v1/sync` there).' }),
    document: z
      .union(resources.map(({ representation }) => representation))
      .nullable()
      .optional()
      .meta({ description: 'With `put`: the whole record after the change; else null. Absent with `docs=false`.' }),
  })
  .meta({ id: 'Change', description: 'One change of one record.' });

const ChangePageSchema = z
  .object({
    data: z.array(ChangeSchema).meta({ description: 'The changes in the order of their revisions.' }),
    head: z.int().meta({ description: 'Last revision of the journal.' }),
    hasMore: z.boolean().meta({
      description:
        'Whether there may be more already. False: all changes up to `head` are told, and whoever applied them holds a state that was so.',
    }),
    next: z.string().meta({ description: 'The cursor to go on with; there on every page, the empty one too.' }),
  })
  .meta({ id: 'ChangePage', description: 'A page of the feed of changes.' });

/** A parameter for every filter that the feed takes of any type. */
function filters(): z.ZodRawShape {
  const takers = ALL_FILTERS.map(
    (name) => [name, resources.filter((resource) => followedFilters(resource).includes(name))] as const,
  );
  return Object.fromEntries(
    takers
      .filter(([, some]) => some.length > 0)
      .map(([name, some]) => [
        name,
        parameter(`With \`types\` naming one of ${some.map(({ type }) => type).join(', ')}: as in their lists.`),
      ]),
  );
}

/** The parameters of the feed that the stream has, too. */
export const followQuery = {
  since: parameter(
    'Begin after this revision: `0` (when absent) is the whole journal, `now` only what is still to come.',
    '0',
  ),
  types: parameter(`Only changes of records of these types: some of ${coded(RESOURCE_TYPES)}, separated by commas.`),
  op: parameter(`Only entries of these: some of ${coded(Object.keys(OPS))}, separated by commas.`),
  changeKind: parameter(
    `Only changes of these kinds: some of ${coded(Object.keys(CHANGE_KINDS))}, separated by commas.`,
  ),
  docs: oneOf(['true', 'false'], '`false` leaves the documents out; `true` when absent.'),
  compact: oneOf(
    ['true', 'false'],
    '`true`: of all changes up to the head only the last of each record; `false` when absent.',
  ),
  ...filters(),
};

export const changesOperation = {
  operationId: 'listChanges',
  summary: 'Follow all changes',
  description: `Every change of every record in the order of commits, from a revision on. Begin with \`since\`, then go on with \`cursor\` set to \`next\`, whenever you like: a cursor has no expiry, and no change is ever missed or told twice. A page has at most 4 MiB of documents. When \`hasMore\` is false, what you hold is a state that was so: no transaction is cut in two. With \`wait\` an answer that would be empty comes when there is something. With filters (one type in \`types\`) a record that no longer fits is told once more as \`leave\`. A cursor from before a restore is 410 and names the snapshot to begin again with.`,
  tags: ['sync'],
  security: KEY_OPTIONAL,
  querystring: z.object({
    ...followQuery,
    cursor: parameter('`next` of the page before, instead of `since`; other parameters stay the same.'),
    limit: z
      .int()
      .min(1)
      .max(MAX_CHANGES)
      .optional()
      .meta({
        description: `Most changes on the page, 1 to ${MAX_CHANGES.toLocaleString('en')}; ${DEFAULT_CHANGES} when absent.`,
        param: { example: 10 },
      }),
    wait: z
      .int()
      .min(0)
      .max(MAX_WAIT_SECONDS)
      .optional()
      .meta({
        description: `Seconds to wait for a change when there is none, at most ${MAX_WAIT_SECONDS}; 0 when absent.`,
      }),
  }),
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  response: {
    200: answer('The next changes.', ChangePageSchema, foundPage),
    304: notModified,
    ...problemResponses(...READ, ...CURSOR, 'overloaded'),
  },
};
