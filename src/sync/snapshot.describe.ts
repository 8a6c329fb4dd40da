import { z } from 'zod';
import { KEY_OPTIONAL, problemResponses } from '../http/describe.js';
import { CURSOR, found, ifNoneMatch, notModified, READ } from '../resources/operations/describe.js';
import { asOf, parameter } from '../resources/operations/describe-parameters.js';
import { FORMATS } from '../resources/operations/formats/format.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { SNAPSHOT_ORDER } from './snapshot.js';

const order = SNAPSHOT_ORDER.map((type) => `\`${type}\``).join(', ');

export const snapshotOperation = {
  operationId: 'getSnapshot',
  summary: 'Take all records at once',
  description: `Every live record of one revision, one JSON document a line, as fast as it is taken. By type: ${order}; within a type in the order of creation. Lines with the member \`snapshot\` are not records: \`begin\` names the revision, \`origins\` which of the records to come are mirrored and from which instance, \`checkpoint\` a \`cursor\` to go on with after a connection broke, and \`end\`, the last, has counts, the digest of all records and the \`cursor\` for \`/v1/changes\`, which goes on without a gap. Without that last line the answer is not whole. Sent as br or gzip where \`Accept-Encoding\` says so.`,
  tags: ['sync'],
  security: KEY_OPTIONAL,
  querystring: z.object({
    types: parameter(
      `Only records of these types: some of ${RESOURCE_TYPES.map((type) => `\`${type}\``).join(', ')}, separated by commas.`,
      'area',
    ),
    asOf,
    cursor: parameter('`cursor` of the last `checkpoint` that was received; `types` stays the same.'),
  }),
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  response: {
    200: {
      description: 'The records.',
      headers: z.object(found),
      content: { [FORMATS.ndjson]: { schema: z.string() } },
    },
    304: notModified,
    ...problemResponses(...READ, ...CURSOR, 'overloaded'),
  },
};
