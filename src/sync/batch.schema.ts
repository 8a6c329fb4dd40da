import { z } from 'zod';
import { NOTE_MAX } from '../http/change.js';
import { ProblemDetails } from '../http/describe.js';
import { CHANGE_KINDS, type ChangeKind } from '../journal/record.js';
import { anyJson, ExternalId } from '../resources/common.schema.js';
import { RESOURCE_TYPES } from '../shared/ids.js';

/** Operations of a batch at most. */
export const MAX_OPERATIONS = 1_000;

const type = z.enum(RESOURCE_TYPES).meta({ description: 'Type of the record.', examples: ['area'] });
const ref = z
  .string()
  .min(1)
  .max(300)
  .meta({ description: 'The record: id, slug or `{scheme}:{value}` of an external id.', examples: ['cyber-security'] });
const body = anyJson('The record, as `POST` and `PUT` of its type take it.');
const ifMatch = z
  .union([z.int().min(1), z.literal('*')], 'must be a version such as 3, or "*"')
  .meta({ description: 'The version that you read, or `*` for whatever is there.', examples: [3] });
const ifNoneMatch = z.literal('*').meta({ description: '`*` to create, and fail where a record is.' });
const why = {
  note: z
    .string()
    .max(NOTE_MAX)
    .optional()
    .meta({ description: 'Why the change is made, in place of `Change-Note` of the request.' }),
  changeKind: z
    .enum(Object.keys(CHANGE_KINDS) as [ChangeKind])
    .optional()
    .meta({ description: 'What the change is, in place of `Change-Kind` of the request.' }),
};

const CreateOperation = z
  .strictObject({ op: z.literal('create').meta({ description: 'Create a record.' }), type, body, ...why })
  .meta({ id: 'CreateOperationInput', description: 'As `POST /v1/{collection}`.' });
const PutOperation = z
  .strictObject({
    ...{ op: z.literal('put').meta({ description: 'Replace a record.' }), type, ref },
    ...{ ifMatch: ifMatch.optional(), ifNoneMatch: ifNoneMatch.optional(), body, ...why },
  })
  .meta({ id: 'PutOperationInput', description: 'As `PUT /v1/{collection}/{ref}`.' });
const PatchOperation = z
  .strictObject({
    ...{ op: z.literal('patch').meta({ description: 'Change parts of a record.' }), type, ref },
    ifMatch: ifMatch.optional(),
    patch: anyJson('An object is a JSON Merge Patch (RFC 7396), an array a JSON Patch (RFC 6902).'),
    ...why,
  })
  .meta({ id: 'PatchOperationInput', description: 'As `PATCH /v1/{collection}/{ref}`.' });
const DeleteOperation = z
  .strictObject({
    ...{ op: z.literal('delete').meta({ description: 'Delete a record.' }), type, ref },
    ...{ ifMatch: ifMatch.optional(), ...why },
  })
  .meta({ id: 'DeleteOperationInput', description: 'As `DELETE /v1/{collection}/{ref}`.' });
const MergeOperation = z
  .strictObject({
    ...{ op: z.literal('merge').meta({ description: 'Merge a duplicate into another record.' }), type, ref },
    ...{ ifMatch: ifMatch.optional(), into: ref.meta({ description: 'The record that goes on, of the same type.' }) },
    ...why,
  })
  .meta({ id: 'MergeOperationInput', description: 'As `POST /v1/{collection}/{ref}/merge`.' });
const UpsertOperation = z
  .strictObject({
    ...{ op: z.literal('upsert').meta({ description: 'Create or replace a record by external id.' }), type },
    externalId: ExternalId,
    ...{ ifMatch: ifMatch.optional(), ifNoneMatch: ifNoneMatch.optional(), body, ...why },
  })
  .meta({ id: 'UpsertOperationInput', description: 'As `PUT /v1/{collection}/by/{scheme}/{value}`.' });

const OPERATION_INPUTS = [
  ...([CreateOperation, PutOperation, PatchOperation] as const),
  ...([DeleteOperation, UpsertOperation, MergeOperation] as const),
] as const;

export const BatchInput = z
  .strictObject({
    mode: z
      .enum(['atomic', 'independent'])
      .default('atomic')
      .meta({ description: '`atomic`: all operations or none. `independent`: each answers for itself.' }),
    operations: z
      .array(z.discriminatedUnion('op', OPERATION_INPUTS))
      .min(1)
      .max(MAX_OPERATIONS)
      .meta({ description: `What is to be done, in order; 1 to ${MAX_OPERATIONS.toLocaleString('en')} operations.` }),
  })
  .meta({ id: 'BatchInput', description: 'Several changes that are made in one transaction.' });

export type Operation = z.infer<(typeof OPERATION_INPUTS)[number]>;

export const OperationResult = z
  .object({
    status: z.int().meta({ description: 'As the operation alone would have been answered.', examples: [201] }),
    id: z.string().optional().meta({ description: 'TypeID of the record; of the survivor, after a merge.' }),
    slug: z.string().optional().meta({ description: 'Slug of the record.' }),
    version: z.int().optional().meta({ description: 'Version that the record has by this operation.' }),
    revision: z.int().optional().meta({ description: 'Revision that made this version.' }),
    etag: z.string().optional().meta({ description: 'Entity tag for `If-Match`; absent when deleted.' }),
    changed: z.boolean().optional().meta({ description: 'False when the record was so already.' }),
    problem: ProblemDetails.optional(),
  })
  .meta({ id: 'OperationResult', description: 'What became of one operation: the record, or `problem`.' });

export const BatchResult = z
  .object({
    data: z.array(OperationResult).meta({ description: 'One for each operation, in their order.' }),
    revision: z.int().meta({ description: 'Last revision of the journal, all of this included.' }),
  })
  .meta({ id: 'BatchResult', description: 'What became of a batch.' });
