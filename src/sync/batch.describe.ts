import { z } from 'zod';
import { JSON_TYPE } from '../http/body.js';
import { NEEDS_KEY, problemResponses } from '../http/describe.js';
import {
  answer,
  BODY,
  CONTENT,
  changeHeaders,
  EXISTING,
  idempotencyKey,
  KEYED,
  MATCH,
  replayed,
} from '../resources/operations/describe.js';
import { BatchInput, BatchResult } from './batch.schema.js';
import { MAX_BATCH_BYTES } from './limits.js';

const EXAMPLE = {
  mode: 'atomic',
  operations: [
    {
      op: 'create',
      type: 'event',
      body: {
        ...{ slug: 'example-batch-signing', kind: 'signing', title: 'Example signing', date: '2025-02-03' },
        ...{
          status: 'concluded',
          participants: [{ actor: 'ukraine', role: 'signatory' }],
          areas: ['example-batch-area'],
        },
      },
    },
    { op: 'create', type: 'area', body: { slug: 'example-batch-area', label: 'Example area' } },
    {
      op: 'patch',
      type: 'area',
      ref: 'cyber-security',
      ifMatch: '*',
      patch: { notation: 'CYB' },
      note: 'As an example.',
    },
  ],
};

export const batchOperation = {
  operationId: 'applyBatch',
  summary: 'Make many changes at once',
  description: `Up to 1,000 operations in one transaction, in their order, each with the checks and the answer that it would have alone. \`atomic\`: the first that fails is the answer, with \`operation\` saying which, and nothing is done. \`independent\`: those that fail are answered with their problem, and the others stand. What is created may be referred to by its slug from operations before and after it. A body has at most ${MAX_BATCH_BYTES / 1024 / 1024} MiB. Documents are not part of the answer. With an \`Idempotency-Key\` a repeat within 24 hours gets the same answer and writes nothing.`,
  tags: ['sync'],
  security: NEEDS_KEY,
  headers: z.object({ 'Idempotency-Key': idempotencyKey, ...changeHeaders }),
  body: { required: true, content: { [JSON_TYPE]: { schema: BatchInput, example: EXAMPLE } } },
  response: {
    200: answer('What became of each operation.', BatchResult, { 'Idempotency-Replayed': replayed }),
    ...problemResponses(
      ...[...KEYED, ...BODY, ...CONTENT, ...EXISTING, ...MATCH],
      ...(['still-referenced', 'idempotency-key-reused', 'idempotency-in-progress'] as const),
    ),
  },
};
