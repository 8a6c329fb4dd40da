import { z } from 'zod';
import { AMOUNT_BASES, AMOUNT_QUALIFIERS } from '../resources/commitments/commitments.schema.js';
import { BUCKET_UNITS } from './periods.js';
import { SPLIT_NAMES, TIMELINE_TYPES } from './timeline.js';
import { GROUP_NAMES, MAX_EXCLUDED_IDS, STAGE_NAMES } from './totals.js';

/** Answers of the operations on numbers, as the API description tells them. */

const asOf = z.int().meta({ description: 'The revision that the answer is of.' });
const number = (description: string) => z.int().meta({ description });
const oneOf = (values: readonly string[]) => z.enum(values as [string, ...string[]]);
const counts = (description: string) => z.record(z.string(), z.int()).meta({ description });

const SplitCounts = z
  .object({
    values: counts('Records by value; a value without any is left out.'),
    other: number('Records with a value that is not among those of `split.values`.'),
    none: number('Records without a value.'),
  })
  .meta({ id: 'SplitCounts', description: 'The records of a bucket, told apart.' });

const TimelineBucket = z
  .object({
    start: z.string().meta({
      description: 'Name of the day, month, quarter or year.',
      examples: ['2025-01'],
    }),
    earliest: z.string().meta({ description: 'Its first day.', examples: ['2025-01-01'] }),
    latest: z.string().meta({ description: 'Its last day.', examples: ['2025-01-31'] }),
    count: number('Records in it.'),
    split: SplitCounts.optional(),
  })
  .meta({ id: 'TimelineBucket', description: 'One day, month, quarter or year.' });

const TimelineSplit = z
  .object({
    by: oneOf(SPLIT_NAMES).meta({ description: 'What the records are told apart by.' }),
    values: z
      .array(
        z.object({
          value: z.string().meta({ description: 'Code, or id of a record.' }),
          slug: z.string().optional().meta({ description: 'Slug of the record.' }),
          label: z.string().optional().meta({ description: 'Label of the record.' }),
          count: number('Records with the value, undated and imprecise ones included.'),
        }),
      )
      .meta({ description: 'The values of most records, most first.' }),
    other: number('Records with a value that is not listed.'),
    none: number('Records without a value.'),
  })
  .meta({
    id: 'TimelineSplit',
    description: 'With `split`: the values. A record counts under each actor or area that it has.',
  });

export const TimelineSchema = z
  .object({
    type: oneOf(TIMELINE_TYPES).meta({ description: 'What is counted.' }),
    by: oneOf(BUCKET_UNITS).meta({ description: 'Length of the buckets.' }),
    imprecise: oneOf(['bucket', 'spread']).meta({ description: 'Where dates count that are wider than a bucket.' }),
    spread: z.boolean().meta({ description: 'Whether a record may count in several buckets.' }),
    buckets: z.array(TimelineBucket).meta({ description: 'The buckets in order.' }),
    unknownWithin: counts(
      'Records that lie in no single bucket, by the smallest longer period that holds them: month `2025-01`, quarter `2025-Q1`, year `2025`, decade `202X`, century `20XX`; `..` for dates without a bound and all others.',
    ),
    undated: number('Records without a date; none once `from` or `to` is given.'),
    total: number('Records that fit, each counted once.'),
    split: TimelineSplit.optional(),
    asOf,
  })
  .meta({ id: 'Timeline', description: 'Records counted over time.' });

const decimal = (description: string) => z.string().meta({ description, examples: ['7100000000'] });

const AmountSum = z
  .object({
    qualifier: oneOf(Object.keys(AMOUNT_QUALIFIERS)).meta({ description: 'How the sources put these amounts.' }),
    count: number('Commitments.'),
    value: decimal('Their sum: decimal string in whole currency units.'),
    shared: z
      .object({ count: number('Commitments.'), value: decimal('Their sum.') })
      .optional()
      .meta({ description: 'In groups: the part of it that also counts in other groups.' }),
  })
  .meta({ id: 'AmountSum', description: 'The sum of amounts with the same qualifier.' });

const CurrencyTotal = z
  .object({
    currency: z.string().meta({ description: 'ISO 4217 code; nothing is converted.', examples: ['EUR'] }),
    basis: oneOf(Object.keys(AMOUNT_BASES)).meta({ description: 'Whether the amounts are totals or for each year.' }),
    count: number('Commitments.'),
    amounts: z.array(AmountSum).meta({ description: 'A sum for each qualifier.' }),
  })
  .meta({ id: 'CurrencyTotal', description: 'What is promised in a currency, in total or for each year.' });

const Named = z
  .object({
    id: z.string().meta({ description: 'TypeID.' }),
    slug: z.string().meta({ description: 'Its name in URLs.' }),
    label: z.string().meta({ description: 'Its title or name.' }),
  })
  .meta({ id: 'NamedRecord', description: 'A record by id, slug and label.' });

const named = (description: string) => Named.nullable().optional().meta({ description });
const code = (description: string) => z.string().nullable().optional().meta({ description });

const GroupKey = z
  .object({
    promisor: named('Who promises.'),
    beneficiary: named('Whom it benefits.'),
    area: named('The area, as recorded; what is narrower is a group of its own.'),
    agreement: named('The agreement it is part of.'),
    stage: code('Stage of the latest milestone.'),
    kind: code('What sort of promise.'),
    year: code('The year of its date, or the smallest longer period: `202X`, `20XX`; `..` without a bound.'),
  })
  .meta({ id: 'TotalsKey', description: 'What a group has in common; null for commitments without a value.' });

const TotalsGroup = z
  .object({
    key: GroupKey,
    count: number('Commitments in the group.'),
    shared: number('How many of them also stand in other groups.'),
    totals: z.array(CurrencyTotal).meta({ description: 'Their sums.' }),
  })
  .meta({ id: 'TotalsGroup', description: 'Commitments with the same value, or the same two.' });

const excluded = (description: string) =>
  z
    .object({
      count: number('How many.'),
      ids: z.array(z.string()).meta({ description: `Their ids in order of creation, at most ${MAX_EXCLUDED_IDS}.` }),
    })
    .meta({ description });

export const TotalsSchema = z
  .object({
    stages: z.array(oneOf(STAGE_NAMES)).meta({ description: 'The stages that are summed.' }),
    group: z.array(oneOf(GROUP_NAMES)).meta({ description: 'What `groups` are made by.' }),
    summed: number('Commitments that are summed, each once.'),
    totals: z.array(CurrencyTotal).meta({ description: 'The sums over all of them.' }),
    groups: z.array(TotalsGroup).meta({ description: 'With `group`: the sums of each group.' }),
    excluded: z
      .object({
        withoutAmount: excluded('Commitments without an amount.'),
        restatements: excluded('Commitments that restate another.'),
        disputed: excluded('Commitments whose amount is disputed.'),
        stages: excluded('Commitments of a stage that is not summed.'),
      })
      .meta({ description: 'Commitments that fit and are not summed, each under the first reason that applies.' }),
    asOf,
  })
  .meta({ id: 'CommitmentTotals', description: 'Sums of what was promised, and what they leave out.' });

const TypeStats = z
  .object({
    records: number('Records.'),
    kind: counts('Records by kind; of agreements by legal form.').optional(),
    status: counts('Records by status; of commitments by stage, of claims by standing.').optional(),
    method: counts('Records by the way they came to be.'),
    withCitations: number('Records that cite a source, anywhere.'),
    withQuotes: number('Records that quote a source, anywhere.'),
    contested: number('Records that an open dispute is about.'),
  })
  .meta({ id: 'TypeStats', description: 'Numbers of records of a type.' });

const JournalInstant = z
  .object({
    revision: number('Number of the journal entry.'),
    recordedAt: z.iso.datetime().meta({ description: 'When it was recorded. RFC 3339, UTC.' }),
  })
  .meta({ id: 'JournalInstant', description: 'A revision and its time.' });

export const StatsSchema = z
  .object({
    records: z
      .object({
        live: number('Records that are there.'),
        deleted: number('Records that were deleted.'),
        versions: number('Versions of the records that are there, past ones included.'),
      })
      .meta({ description: 'Records of all types.' }),
    types: z.record(z.string(), TypeStats).meta({ description: 'Numbers of each type, by collection.' }),
    revisions: z
      .object({
        count: number('Entries of the journal.'),
        byOp: counts('Entries by `put` and `delete`.'),
        byChangeKind: counts('Entries by kind of change.'),
        first: JournalInstant.nullable(),
        last: JournalInstant.nullable(),
      })
      .meta({ description: 'The journal.' }),
    asOf,
  })
  .meta({ id: 'Stats', description: 'Numbers of records and revisions.' });

const CodeSchema = z
  .object({
    code: z.string().meta({ description: 'The code.' }),
    definition: z.string().meta({ description: 'What it means.' }),
    plover: z
      .object({
        type: z.string().meta({ description: 'PLOVER 2.0 event type.' }),
        mode: z.string().optional().meta({ description: 'PLOVER 2.0 mode of that type.' }),
      })
      .optional()
      .meta({ description: 'Event kinds: the PLOVER code of such an event that took place, where one fits.' }),
    cameo: z.string().optional().meta({ description: 'Event kinds: the CAMEO root code, where one fits.' }),
    status: z.int().optional().meta({ description: 'Problem codes: the HTTP status.' }),
    retryable: z
      .boolean()
      .optional()
      .meta({ description: 'Problem codes: whether the same request may succeed later.' }),
  })
  .meta({ id: 'Code', description: 'A code with its meaning.' });

export const CodeListSchema = z
  .object({
    name: z.string().meta({ description: 'Name of the list in URLs.', examples: ['event-kinds'] }),
    title: z.string().meta({ description: 'What its codes say.' }),
    codes: z.array(CodeSchema).meta({ description: 'The codes in the order in which they are shown.' }),
    fields: z.array(z.string()).meta({
      description: 'Fields of records that take these codes, with `[]` for the items of an array.',
      examples: [['events.participants[].role']],
    }),
  })
  .meta({ id: 'CodeList', description: 'A closed list of codes.' });

export const CodeListPage = z
  .object({ data: z.array(CodeListSchema).meta({ description: 'The lists.' }) })
  .meta({ id: 'CodeLists', description: 'Every closed list of codes.' });
