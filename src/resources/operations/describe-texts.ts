import { z } from 'zod';
import { TEXT_TYPE } from '../../http/body.js';
import { KEY_OPTIONAL, NEEDS_KEY, problemResponses } from '../../http/describe.js';
import type { Resource } from '../resource.js';
import {
  answer,
  changed,
  changeHeaders,
  EXISTING,
  found,
  ifMatch,
  ifNoneMatch,
  KEYED,
  MATCH,
  moved,
  notModified,
  READ,
} from './describe.js';
import { asOf, refParameter } from './describe-parameters.js';

const EXAMPLE = 'The text of an example.\nIts second line has a quotation to check: “as agreed in Vilnius”.\n';

const plainText = z.string().meta({ description: 'The text, in UTF-8.' });

export function describeGetText(resource: Resource): object {
  return {
    operationId: 'getSourceText',
    summary: 'Read the stored text of a source',
    description:
      'The text as it was sent, with `asOf` that of then. 404 where the source has none: most of the seeds come without.',
    tags: [resource.collection],
    security: KEY_OPTIONAL,
    params: refParameter(resource, 'seed'),
    querystring: z.object({ asOf }),
    headers: z.object({ 'If-None-Match': ifNoneMatch }),
    response: {
      200: { description: 'The text.', headers: z.object(found), content: { [TEXT_TYPE]: { schema: plainText } } },
      304: notModified,
      308: moved,
      ...problemResponses(...READ, ...EXISTING),
    },
  };
}

export function describePutText(resource: Resource): object {
  return {
    operationId: 'replaceSourceText',
    summary: 'Store the text of a source',
    description:
      'Plain text in UTF-8, at most 5 MiB, kept byte for byte. Makes a new version of the source with `textSha256` and `textLength`; the same text again makes none. Quotations written from now on are checked against it.',
    tags: [resource.collection],
    security: NEEDS_KEY,
    params: refParameter(resource, 'example'),
    headers: z.object({ 'If-Match': ifMatch, ...changeHeaders }),
    body: { required: true, content: { [TEXT_TYPE]: { schema: plainText, example: EXAMPLE } } },
    response: {
      200: answer('The source as it now is.', resource.representation, changed),
      ...problemResponses(
        ...[...KEYED, ...EXISTING, ...MATCH],
        ...(['invalid-request', 'invalid-text', 'payload-too-large', 'unsupported-media-type'] as const),
      ),
    },
  };
}

export function describeDeleteText(resource: Resource): object {
  return {
    operationId: 'deleteSourceText',
    summary: 'Take the text of a source away',
    description:
      'Makes a new version of the source without a text. Earlier versions keep theirs, and quotations that were checked against it stay checked.',
    tags: [resource.collection],
    security: NEEDS_KEY,
    params: refParameter(resource, 'example'),
    headers: z.object({ 'If-Match': ifMatch, ...changeHeaders }),
    response: {
      204: { description: 'The source has no text any more.', headers: z.object(changed) },
      ...problemResponses(...KEYED, ...EXISTING, ...MATCH, 'invalid-request'),
    },
  };
}
