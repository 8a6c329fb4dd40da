import { z } from 'zod';
import { NDJSON_TYPE } from '../http/body.js';
import { NEEDS_KEY, problemResponses } from '../http/describe.js';
import { changeHeaders, KEYED } from '../resources/operations/describe.js';
import { oneOf, parameter } from '../resources/operations/describe-parameters.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { MAX_LINE_BYTES } from './limits.js';

const EXAMPLE = [
  { type: 'area', slug: 'example-import-area', label: 'Example area', broader: 'cyber-security' },
  {
    ...{ type: 'event', slug: 'example-import-call', kind: 'call', title: 'Example call', date: '2025-02-03' },
    ...{ status: 'concluded', areas: ['example-import-area'] },
  },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

export const importOperation = {
  operationId: 'importRecords',
  summary: 'Import records of any number',
  description: `One record a line, in a body of any length that is read as it comes, also as gzip by \`Content-Encoding\`. A line is a record as \`POST\` takes it, with \`type\` where no \`id\` and no parameter tells it; a snapshot can be imported as it is. A record is created, or put in place of the one with its first external id that names any, else its slug, else its \`id\`; what is so already makes no revision, so an import may be repeated. Lines are committed in portions, and one line of results for each comes when it is committed: \`status\` is \`created\`, \`updated\`, \`same\` or \`problem\`, with problem details. What a line refers to may come after it: it then waits for the end of the input. A line with \`import\` is the last: \`end\`, or \`stopped\` with the reason, and counts. Read while you send, or ask for \`report=problems\`. A line has at most ${MAX_LINE_BYTES / 1024 / 1024} MiB.`,
  tags: ['sync'],
  security: NEEDS_KEY,
  querystring: z.object({
    type: parameter(
      `Type of lines without \`type\` and \`id\`: one of ${RESOURCE_TYPES.map((type) => `\`${type}\``).join(', ')}.`,
    ),
    dryRun: oneOf(
      ['true', 'false'],
      '`true`: write nothing, and say what would become of each line: `create`, `update`, `same` or `problem`.',
    ),
    report: oneOf(['all', 'problems'], '`problems`: only lines of results with a problem, and the last.'),
  }),
  headers: z.object(changeHeaders),
  body: { required: true, content: { [NDJSON_TYPE]: { schema: z.string(), example: EXAMPLE } } },
  response: {
    200: { description: 'What became of each line.', content: { [NDJSON_TYPE]: { schema: z.string() } } },
    ...problemResponses(
      ...KEYED,
      ...(['invalid-parameter', 'duplicate-parameter', 'invalid-text', 'invalid-request'] as const),
      ...(['unsupported-media-type'] as const),
    ),
  },
};
