import { z } from 'zod';
import { KEY_OPTIONAL, problemResponses } from '../../http/describe.js';
import { CHANGE_KINDS } from '../../journal/record.js';
import { RESOURCE_TYPES } from '../../shared/ids.js';
import { CERTAINTIES, CLAIM_KINDS, CREDIBILITY, RANKS } from '../claims/claims.schema.js';
import { Citation } from '../common.schema.js';
import { CONFIDENCES, DISPUTE_STATUSES } from '../disputes/disputes.schema.js';
import type { Resource } from '../resource.js';
import { SOURCE_KINDS } from '../sources/sources.schema.js';
import { codes, RELIABILITY, RESTS_ON, STANDINGS, SUPPORT, SUPPORTED } from '../vocabulary.js';
import { answer, EXISTING, found, ifNoneMatch, moved, notModified, READ } from './describe.js';
import { asOf as asOfRevision } from './describe-pages.js';
import { asOf, parameter, refParameter } from './describe-parameters.js';
import { MAX_ABOUT } from './provenance-content.js';

const text = (description: string) => z.string().meta({ description });
const texts = (description: string) => z.array(z.string()).meta({ description });
const numbers = (description: string) => z.array(z.int()).meta({ description });
const slug = text('Its name in URLs.');
const restsOn = codes(RESTS_ON, 'What became of the sources cited for it.');

const Origin = z
  .object({
    version: z.int().meta({ description: 'Version of the record.' }),
    revision: z.int().meta({ description: 'Number of the journal entry.' }),
    recordedAt: z.iso.datetime().meta({ description: 'When. RFC 3339, UTC.' }),
    by: text('Id of the key, or name of the command, that wrote it.'),
    changeKind: z
      .enum(Object.keys(CHANGE_KINDS) as [keyof typeof CHANGE_KINDS])
      .meta({ description: 'What the change was.' }),
    note: z.string().nullable().meta({ description: 'Why, when a note was given.' }),
    exact: z.boolean().meta({ description: 'False when the history is long: the value is as old as that, or older.' }),
  })
  .meta({ id: 'Origin', description: 'The version that gave a field its present value.' });

const FieldProvenance = z
  .object({
    field: z.string().meta({ description: 'Name of the field.', examples: ['date'] }),
    pointer: z.string().meta({ description: 'JSON Pointer to it in the record.', examples: ['/date'] }),
    support: codes(SUPPORT, 'How citations of sources that stand bear it out.'),
    restsOn,
    citations: z
      .array(
        z
          .object({
            number: z.int().meta({ description: 'Which of `citations`.' }),
            supports: z.enum(['field', 'part', 'record']).meta({
              description: 'Whether it supports the field as a whole, parts of it, or the whole record.',
            }),
            parts: texts('JSON Pointers to the parts that it supports.').optional(),
          })
          .meta({ id: 'FieldCitation', description: 'A citation that is about the field.' }),
      )
      .meta({ description: 'The citations that are about it, those of retracted sources too.' }),
    claims: texts('Ids of the claims about it or about a part of it, the latest first.'),
    disputes: texts('Ids of the disputes about it: those on whose positions a claim names it.'),
    set: Origin,
  })
  .meta({ id: 'FieldProvenance', description: 'What one field of a record rests on.' });

const CitedSource = z
  .object({
    slug,
    title: text('Headline or title.'),
    kind: codes(SOURCE_KINDS, 'What sort of source.'),
    url: text('Where it was published.').optional(),
    publisher: text('Who published it.').optional(),
    publishedOn: text('When it was published. EDTF.').optional(),
    language: text('BCP 47 language tag.').optional(),
    reliability: codes(RELIABILITY, 'Reliability on the Admiralty scale.').optional(),
    standing: codes(STANDINGS, 'Whether it still stands.'),
  })
  .meta({ id: 'CitedSource', description: 'A source that the record, or a claim about it, cites.' });

const ClaimAbout = z
  .object({
    slug,
    statement: text('What is claimed, in our own words.'),
    field: text('The field that it is about; absent when it is about the record.').optional(),
    value: z.unknown().optional().meta({ description: 'The claimed value.' }),
    kind: codes(CLAIM_KINDS, 'What sort of claim.'),
    attribution: text('Who says so where no actor can be named.').optional(),
    claimedOn: text('When it was said. EDTF.').optional(),
    certainty: codes(CERTAINTIES, 'How the source puts it.'),
    credibility: codes(CREDIBILITY, 'Credibility on the Admiralty scale.').optional(),
    rank: codes(RANKS, 'How the claim ranks among others on the same matter.'),
    standing: codes(STANDINGS, 'Whether its author still holds it.'),
    attributedTo: z
      .array(z.object({ id: text('TypeID.'), slug, label: text('Its name.') }))
      .meta({ description: 'Actors the source names as saying so.' }),
    sources: texts('Ids of the sources it cites.'),
    restsOn,
  })
  .meta({ id: 'ClaimAbout', description: 'A claim about the record.' });

const DisputeAbout = z
  .object({
    slug,
    question: text('What is in dispute, as a question.'),
    status: codes(DISPUTE_STATUSES, 'Whether a position is preferred.'),
    preferred: text('Key of the position that we prefer.').optional(),
    confidence: codes(CONFIDENCES, 'How sure we are of the preference.').optional(),
    assessment: text('How we read the evidence.').optional(),
    positions: z.int().meta({ description: 'How many positions there are.' }),
    fields: texts('Fields of the record that claims on its positions name.'),
  })
  .meta({ id: 'DisputeAbout', description: 'A dispute about the record.' });

const byId = <T extends z.ZodType>(value: T, description: string) =>
  z.record(z.string(), value).meta({ description: `${description}, by id.` });

export const Provenance = z
  .object({
    record: z
      .object({
        id: text('TypeID.'),
        type: z.enum(RESOURCE_TYPES).meta({ description: 'What sort of record.' }),
        slug,
        label: text('Its title, name or question.'),
        version: z.int().meta({ description: 'Its version.' }),
        revision: z.int().meta({ description: 'Number of the journal entry that produced the version.' }),
      })
      .meta({ description: 'The record.' }),
    supported: codes(SUPPORTED, 'How far its citations support it, whatever became of the sources: the filter.'),
    restsOn,
    fields: z
      .array(FieldProvenance)
      .meta({ description: 'The fields that have a value and that a source can bear out.' }),
    general: z
      .object({
        citations: numbers('Those of the record as a whole, and those that name none of `fields`.'),
        claims: texts('Claims that name none of `fields`.'),
        disputes: texts('Disputes that name none of `fields`.'),
      })
      .optional()
      .meta({
        description: 'What is about the record and about none of its fields in particular; absent with `fields`.',
      }),
    citations: z
      .array(
        z
          .object({
            number: z.int().meta({ description: 'Its number among these, from 1: that of a footnote.' }),
            pointer: z.string().meta({ description: 'JSON Pointer to it in the record.', examples: ['/citations/0'] }),
            ...Citation.shape,
          })
          .meta({ id: 'NumberedCitation', description: 'A citation of the record.' }),
      )
      .meta({ description: 'Every citation of the record, wherever in it; with `fields`, those about them.' }),
    sources: byId(CitedSource, 'Sources that the record or the claims cite'),
    claims: byId(ClaimAbout, `Claims about the record, the latest ${MAX_ABOUT}`),
    disputes: byId(DisputeAbout, `Disputes about the record, the latest ${MAX_ABOUT}`),
    complete: z
      .object({
        claims: z.boolean().meta({ description: 'Whether these are all claims about it.' }),
        disputes: z.boolean().meta({ description: 'Whether these are all disputes about it.' }),
      })
      .meta({ description: 'Whether anything was left out.' }),
    asOf: asOfRevision,
  })
  .meta({ id: 'Provenance', description: 'What each field of a record rests on.' });

export function describeProvenance(resource: Resource): object {
  return {
    operationId: `get${resource.name}Provenance`,
    summary: `What the ${resource.type} rests on, field by field`,
    description:
      'For each field the citations that bear it out, the claims and disputes about it, and the version that set its value. Citations are numbered like footnotes; sources, claims and disputes stand once, by id. With `asOf`, all of it as it was then.',
    tags: [resource.collection],
    security: KEY_OPTIONAL,
    params: refParameter(resource, 'seed'),
    querystring: z.object({
      asOf,
      fields: parameter(
        `Only these fields and what is about them: some of ${resource.kind.stated.join(', ')}, separated by commas.`,
      ),
    }),
    headers: z.object({ 'If-None-Match': ifNoneMatch }),
    response: {
      200: answer('What the record rests on.', Provenance, found),
      304: notModified,
      308: moved,
      ...problemResponses(...READ, ...EXISTING),
    },
  };
}
