import { z } from 'zod';
import { KEY_OPTIONAL, problemResponses } from '../../http/describe.js';
import { Citation } from '../common.schema.js';
import type { Resource } from '../resource.js';
import { answer, CURSOR, EXISTING, foundPage, ifNoneMatch, moved, notModified, READ } from './describe.js';
import { asOf as asOfRevision, PageInfo, recordShape } from './describe-pages.js';
import { asOf, cursor, limit, refParameter } from './describe-parameters.js';
import { FORMATS } from './formats/format.js';

const SourceCitation = z
  .object({
    pointer: z
      .string()
      .meta({ description: 'JSON Pointer to the citation in its record.', examples: ['/citations/0'] }),
    ...Citation.omit({ source: true }).shape,
  })
  .meta({ id: 'SourceCitation', description: 'One citation of the source.' });

const SourceCitationsPage = z
  .object({
    data: z
      .array(
        z
          .object({
            record: z
              .object(recordShape('Its title, name or question.'))
              .meta({ description: 'The record that cites.' }),
            citations: z.array(SourceCitation).meta({ description: 'Its citations of the source, in their order.' }),
          })
          .meta({ id: 'CitingRecord', description: 'A record that cites the source.' }),
      )
      .meta({ description: 'The records that cite the source, by type and then by date.' }),
    page: PageInfo,
    asOf: asOfRevision,
  })
  .meta({ id: 'SourceCitationsPage', description: 'A page of records that cite a source.' });

const AnnotationPage = z
  .looseObject({
    '@context': z.string().meta({ description: 'The context of W3C Web Annotations; never fetched.' }),
    id: z.string().meta({ description: 'Address of the page.' }),
    type: z.literal('AnnotationPage').meta({ description: 'Always `AnnotationPage`.' }),
    items: z
      .array(
        z.looseObject({ id: z.string().meta({ description: 'The record, and where in it the citation stands.' }) }),
      )
      .meta({ description: 'One annotation for each citation: its body is the record, its target the passage.' }),
  })
  .meta({ id: 'AnnotationPage', description: 'Citations as W3C Web Annotations.' });

const format = z
  .enum(['json', 'jsonld'])
  .optional()
  .meta({
    description:
      'Format of the answer, whatever `Accept` says. `json` (when absent): a page; `jsonld`: the page as W3C Web Annotations, with TextQuoteSelector and TextPositionSelector.',
    param: { id: 'CitationsFormat' },
  });

export function describeCitations(resource: Resource): object {
  return {
    operationId: 'listSourceCitations',
    summary: 'List what cites a source',
    description:
      'Every record with a citation of the source, wherever in it that stands, with what is quoted and how that compares with the text. A page may be shorter than asked, as records that point at the source otherwise are left out; `page.next` tells whether there are more.',
    tags: [resource.collection],
    security: KEY_OPTIONAL,
    params: refParameter(resource, 'seed'),
    querystring: z.object({ limit: limit(200), cursor, asOf, format }),
    headers: z.object({ 'If-None-Match': ifNoneMatch }),
    response: {
      200: answer('A page of records that cite the source.', SourceCitationsPage, foundPage, {
        [FORMATS.jsonld]: { schema: AnnotationPage },
      }),
      304: notModified,
      308: moved,
      ...problemResponses(...READ, ...CURSOR, ...EXISTING),
    },
  };
}
