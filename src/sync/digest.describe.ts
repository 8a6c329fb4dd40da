import { z } from 'zod';
import { KEY_OPTIONAL, problemResponses } from '../http/describe.js';
import { MirrorSchema } from '../http/describe-mirrors.js';
import { answer, found, ifNoneMatch, notModified, READ } from '../resources/operations/describe.js';
import { asOf, parameter } from '../resources/operations/describe-parameters.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { BUCKETS } from './digest.js';

const epoch = z.string().meta({ description: 'Life of the database; another one after a restore.' });
const lifetime = (of: string) =>
  z
    .string()
    .nullable()
    .meta({ description: `How long ${of}, as an ISO 8601 duration; null: for ever.` });

const SyncSchema = z
  .object({
    instance: z.string().meta({ description: 'Which instance this is; it keeps that for ever.' }),
    epoch,
    head: z.int().meta({ description: 'Last revision of the journal.' }),
    recordedAt: z.iso.datetime().meta({ description: 'When that was recorded. RFC 3339, UTC.' }),
    oldest: z.int().meta({ description: 'The least `since` that misses nothing; 0: the journal is whole.' }),
    lifetimes: z
      .object({
        cursor: lifetime('a cursor can be gone on with'),
        tombstone: lifetime('a deletion stays in the feed'),
        version: lifetime('a version that was replaced can be read'),
      })
      .meta({ description: 'What passes by itself, and after what time.' }),
    limits: z
      .object({
        changes: z.int().meta({ description: 'Changes on a page of the feed.' }),
        documentChars: z.int().meta({ description: 'Characters that the documents of a page have, about.' }),
        waitSeconds: z.int().meta({ description: 'How long a request for changes may wait.' }),
        heartbeatSeconds: z.int().meta({ description: 'How often a stream without changes sends a comment.' }),
        stallSeconds: z.int().meta({ description: 'How long a stream may be left without anything taken.' }),
        followers: z.int().meta({ description: 'Waiting requests and streams that a process serves at a time.' }),
      })
      .meta({ description: 'What is the most.' }),
    mirrors: z.array(MirrorSchema).meta({ description: 'Instances whose records are held here, too.' }),
  })
  .meta({ id: 'Sync', description: 'Where the journal stands, and what followers can rely on.' });

const summed = {
  count: z.int().meta({ description: 'How many records.' }),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description: 'Exclusive or of the SHA-256 of `<id> <version>` of each, in hexadecimal.' }),
};

const DigestSchema = z
  .object({
    asOf: z.int().meta({ description: 'The revision that the answer is of.' }),
    epoch,
    ...summed,
    buckets: z
      .array(z.object(summed).meta({ id: 'DigestBucket', description: 'Some of the records.' }))
      .optional()
      .meta({ description: `Without \`bucket\`: the same of each of the ${BUCKETS} buckets, in order.` }),
    bucket: z.int().optional().meta({ description: 'The bucket asked for.' }),
    records: z
      .array(
        z
          .object({
            id: z.string().meta({ description: 'TypeID.' }),
            version: z.int().meta({ description: 'Its version then.' }),
          })
          .meta({ id: 'DigestRecord', description: 'A version of a record.' }),
      )
      .optional()
      .meta({ description: 'With `bucket`: its records, by type and id.' }),
  })
  .meta({ id: 'Digest', description: 'What a copy must hold, summed up.' });

const reading = { tags: ['sync'], security: KEY_OPTIONAL, headers: z.object({ 'If-None-Match': ifNoneMatch }) };

export const syncOperation = {
  operationId: 'getSync',
  summary: 'Where the journal stands',
  description:
    'The head of the journal, the life of the database, and what followers can rely on: limits, and how long what is kept.',
  ...reading,
  response: {
    200: answer('The state of the journal.', SyncSchema, found),
    304: notModified,
    ...problemResponses(...READ),
  },
};

export const digestOperation = {
  operationId: 'getSyncDigest',
  summary: 'Compare a copy',
  description: `Sums over id and version of every live record, in ${BUCKETS} buckets by the first byte of the SHA-256 of the id. A copy with the same \`digest\` holds the same versions; one that differs asks for the first differing bucket with \`bucket\` and sees which records. At the head, or with \`asOf\` at the revision that the copy stands at.`,
  ...reading,
  querystring: z.object({
    types: parameter(`Only records of these types: some of ${RESOURCE_TYPES.map((type) => `\`${type}\``).join(', ')}.`),
    bucket: z
      .int()
      .min(0)
      .max(BUCKETS - 1)
      .optional()
      .meta({ description: `List the records of this bucket, 0 to ${BUCKETS - 1}.` }),
    asOf,
  }),
  response: {
    200: answer('The sums.', DigestSchema, found),
    304: notModified,
    ...problemResponses(...READ, 'overloaded'),
  },
};
