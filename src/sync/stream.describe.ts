import { z } from 'zod';
import { KEY_OPTIONAL, problemResponses } from '../http/describe.js';
import { CURSOR, READ } from '../resources/operations/describe.js';
import { parameter } from '../resources/operations/describe-parameters.js';
import { followQuery } from './changes.describe.js';
import { HEARTBEAT_SECONDS, MAX_QUIET_SECONDS, MAX_STREAMED } from './limits.js';

const cacheControl = z.string().meta({ description: '`no-store`.', examples: ['no-store'] });

export const streamOperation = {
  operationId: 'getChangeStream',
  summary: 'Receive changes as they are made',
  description: `The feed as server-sent events, for \`EventSource\` and its like: \`change\` with an entry of the feed as \`data\`, and \`head\` with \`{"revision"}\` each time that there is no more for now; what you hold then is a state that was so. The \`id\` of an event is a cursor: a client that connects again sends it as \`Last-Event-ID\` and misses nothing. A comment comes every ${HEARTBEAT_SECONDS} seconds without changes. A reader that takes nothing is cut off and reads on when it connects again. The stream has no end but that of the service, unless \`limit\` or \`wait\` say so.`,
  tags: ['sync'],
  security: KEY_OPTIONAL,
  querystring: z.object({
    ...followQuery,
    cursor: parameter('A cursor of the feed with the same parameters, or the `id` of an event, instead of `since`.'),
    limit: z
      .int()
      .min(1)
      .max(MAX_STREAMED)
      .optional()
      .meta({ description: 'End after so many changes; never when absent.', param: { example: 10 } }),
    wait: z
      .int()
      .min(1)
      .max(MAX_QUIET_SECONDS)
      .optional()
      .meta({ description: 'End after so many seconds without a change; never when absent.', param: { example: 1 } }),
  }),
  headers: z.object({
    'Last-Event-ID': z
      .string()
      .optional()
      .meta({ description: 'The `id` of the last event that was received; goes before `since` and `cursor`.' }),
  }),
  response: {
    200: {
      description: 'The events.',
      headers: z.object({ 'Cache-Control': cacheControl }),
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problemResponses(...READ, ...CURSOR, 'overloaded'),
  },
};
