import { z } from 'zod';
import { CHANGE_KINDS } from '../../journal/record.js';
import { RESOURCE_TYPES } from '../../shared/ids.js';
import type { Resource } from '../resource.js';
import { MAX_VALUES } from './facets.js';

export const PageInfo = z
  .object({
    next: z.string().nullable().meta({ description: 'Cursor of the next page; null on the last.' }),
    limit: z.int().meta({ description: 'Records asked for.' }),
  })
  .meta({ id: 'PageInfo', description: 'How to go on.' });

export const asOf = z.int().meta({ description: 'The revision that the answer is of.' });

const Count = z
  .object({
    value: z.int().meta({ description: 'Records that fit.' }),
    exact: z.boolean().meta({ description: 'False when counting stopped at 10,000.' }),
  })
  .meta({ id: 'Count', description: 'How many records fit all filters.' });

const Facets = z
  .record(
    z.string(),
    z
      .object({
        counts: z
          .literal('records')
          .meta({ description: 'What is counted: records, each once under each of its values.' }),
        values: z
          .array(
            z
              .object({
                value: z.string().meta({ description: 'The value, as the filter of the same name takes it.' }),
                slug: z.string().optional().meta({ description: 'Slug of the record that the value is the id of.' }),
                label: z.string().optional().meta({ description: 'Its title, name or question.' }),
                count: z.int().meta({ description: 'Records with it.' }),
              })
              .meta({ id: 'FacetValue', description: 'One value and how many records have it.' }),
          )
          .meta({ description: `The most frequent first, then by value; at most ${MAX_VALUES}.` }),
        distinct: z.int().meta({ description: 'How many values there are in all.' }),
        truncated: z.boolean().meta({ description: 'Whether there are more values than these.' }),
        missing: z.int().meta({ description: 'Records without a value.' }),
      })
      .meta({ id: 'Facet', description: 'The records of a list by one of their properties.' }),
  )
  .meta({
    id: 'Facets',
    description: 'With `facets`: counts by name. Each honours all filters of the request but the one of its own name.',
  });

const Included = z
  .record(z.string(), z.record(z.string(), z.looseObject({ id: z.string().meta({ description: 'TypeID.' }) })))
  .meta({ id: 'Included', description: 'With `include`: the records referred to, by collection and then by id.' });

const included = z.object({ included: Included.optional() });

/** A record as reading it answers: with what `include` and `validOn` add. */
export function withIncluded(resource: Resource): z.ZodType {
  const { validOn } = resource;
  const added = validOn === undefined ? included : included.extend({ onDay: validOn.viewed.optional() });
  return z.intersection(resource.representation, added);
}

/** A page of records of the resource. */
export function pageOf(resource: Resource): z.ZodType {
  return z
    .object({
      data: z
        .array(resource.representation)
        .meta({ description: `The ${resource.collection}, in the order asked for.` }),
      page: PageInfo,
      asOf,
      count: Count.optional(),
      facets: Facets.optional(),
      included: Included.optional(),
    })
    .meta({ id: `${resource.name}Page`, description: `A page of ${resource.collection}.` });
}

const FieldChange = z
  .object({
    pointer: z.string().meta({ description: 'JSON Pointer to the field.', examples: ['/title'] }),
    from: z.unknown().optional().meta({ description: 'Value before; absent when the field was added.' }),
    to: z.unknown().optional().meta({ description: 'Value after; absent when the field was removed.' }),
  })
  .meta({ id: 'FieldChange', description: 'One field that differs from the version before.' });

/** Who made a version, when, why and what it is. */
export const authorship = {
  changeKind: z
    .enum(Object.keys(CHANGE_KINDS) as [keyof typeof CHANGE_KINDS])
    .meta({ description: 'What the change is.' }),
  recordedAt: z.iso.datetime().meta({ description: 'When. RFC 3339, UTC.' }),
  by: z.string().meta({ description: 'Id of the key, or name of the command, that made it.' }),
  note: z.string().nullable().meta({ description: 'Why, when a note was given.' }),
};

export const mergedInto = z
  .string()
  .optional()
  .meta({ description: 'With `merge`: id of the record that it went on as.' });

/** A record as answers name it. */
export const recordShape = (label: string) => ({
  id: z.string().meta({ description: 'TypeID.' }),
  type: z.enum(RESOURCE_TYPES).meta({ description: 'What sort of record.' }),
  slug: z.string().meta({ description: 'Its name in URLs.' }),
  label: z.string().meta({ description: label }),
});

export const HistoryPage = z
  .object({
    data: z
      .array(
        z
          .object({
            version: z.int().meta({ description: 'Version of the record.' }),
            revision: z.int().meta({ description: 'Number of the journal entry.' }),
            op: z
              .enum(['put', 'delete', 'merge'])
              .meta({ description: 'Whether it was written, deleted or merged into another.' }),
            ...authorship,
            mergedInto,
            origin: z.string().optional().meta({
              description: 'Of a version that was mirrored: the instance where the record is edited.',
            }),
            changes: z.array(FieldChange).meta({ description: 'What changed, field by field.' }),
          })
          .meta({ id: 'HistoryEntry', description: 'One version of a record.' }),
      )
      .meta({ description: 'The versions, newest first.' }),
    page: PageInfo,
    asOf,
  })
  .meta({ id: 'HistoryPage', description: 'A page of versions, newest first.' });

const bound = (description: string) =>
  z
    .string()
    .nullable()
    .meta({ description, examples: ['2024-06-13'] });

export const LinksPage = z
  .object({
    data: z
      .array(
        z
          .object({
            direction: z.enum(['out', 'in']).meta({ description: '`out`: from this record; `in`: to it.' }),
            relation: z.string().meta({ description: 'What the one is to the other.', examples: ['participant'] }),
            role: z.string().optional().meta({ description: 'Role within the relation.' }),
            record: z
              .object(recordShape('Its title, name or question.'))
              .meta({ description: 'The record at the other end.' }),
            validity: z
              .object({ earliest: bound('First day.'), latest: bound('Last day.') })
              .optional()
              .meta({ description: 'First and last day the edge may have held; null without a bound.' }),
          })
          .meta({ id: 'Link', description: 'One edge of a record.' }),
      )
      .meta({ description: 'The edges out of the record, then those into it.' }),
    page: PageInfo,
    asOf,
  })
  .meta({ id: 'LinksPage', description: 'A page of edges.' });
