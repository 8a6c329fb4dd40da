import { z } from 'zod';
import { JSON_TYPE } from '../http/body.js';
import { KEY_OPTIONAL, NEEDS_KEY, problemResponses } from '../http/describe.js';
import { Acknowledgement } from '../resources/common.schema.js';
import {
  answer,
  CURSOR,
  changed,
  changeHeaders,
  found,
  foundPage,
  ifMatch,
  ifNoneMatch,
  KEYED,
  MATCH,
  notModified,
  READ,
} from '../resources/operations/describe.js';
import { recordShape } from '../resources/operations/describe-pages.js';
import { cursor, limit, oneOf, parameter } from '../resources/operations/describe-parameters.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { SEVERITIES } from './findings/rule.js';
import { RULES } from './findings/rules/index.js';

export const MAX_FINDINGS = 200;
/** What the report says of its foreign minister: a finding on the seeds. */
const EXAMPLE_ID = 'finding_3q9cq20fshggbsyjw46k9h08wt';

const Finding = z
  .object({
    id: z.string().meta({ description: 'The same for the same finding in every database.', examples: [EXAMPLE_ID] }),
    rule: z.enum(RULES.map(({ name }) => name) as [string, ...string[]]).meta({ description: 'What was looked for.' }),
    severity: z.enum(Object.keys(SEVERITIES) as [string, ...string[]]).meta({ description: 'How much it matters.' }),
    message: z.string().meta({ description: 'What is so, in a sentence.' }),
    records: z
      .array(
        z
          .object(recordShape('Its title, name, statement or question.'))
          .meta({ id: 'FindingRecord', description: 'A record that a finding involves.' }),
      )
      .meta({ description: 'The records involved; it is mainly about the first.' }),
    details: z
      .record(z.string(), z.unknown())
      .meta({ description: 'All that it rests on: JSON Pointers, dates, values, ids. Which, depends on the rule.' }),
    fingerprint: z.string().meta({ description: 'SHA-256 of what it rests on; another one when that changes.' }),
    acknowledgement: Acknowledgement.pick({ reason: true, by: true, at: true }).nullable().meta({
      id: 'FindingAcknowledgement',
      description: 'Who lets it stand as it is, and why; null while it is open.',
    }),
  })
  .meta({ id: 'Finding', description: 'Something that the knowledge base finds wrong or doubtful in itself.' });

const FindingsPage = z
  .object({
    data: z.array(Finding).meta({ description: 'The gravest first, then by rule.' }),
    page: z
      .object({
        next: z.string().nullable().meta({ description: 'Cursor of the next page; null on the last.' }),
        limit: z.int().meta({ description: 'Most findings on a page.' }),
      })
      .meta({ description: 'Where the walk stands.' }),
    asOf: z.int().meta({ description: 'The last revision of the journal.' }),
    checked: z.int().meta({
      description:
        'All revisions up to this one are checked. Less than `asOf` only while a great many records are being checked.',
    }),
    count: z.int().optional().meta({ description: 'With `count=exact`: how many findings fit.' }),
  })
  .meta({ id: 'FindingsPage', description: 'A page of findings.' });

export const AcknowledgementInput = Acknowledgement.pick({ reason: true }).meta({
  id: 'AcknowledgementInput',
  description: 'Why a finding may stand.',
});

const params = z.object({
  id: z.string().meta({ description: 'Id of the finding.', param: { example: EXAMPLE_ID } }),
});

export const listFindingsOperation = {
  operationId: 'listFindings',
  summary: 'List findings',
  description:
    'What the knowledge base finds wrong or doubtful in itself at present, worked out from the records by the rules of docs/findings.md. Each write has the records that it can have an effect on checked again; findings never stop a write. Parameters are joined by AND; a comma within one means OR.',
  tags: ['insight'],
  security: KEY_OPTIONAL,
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  querystring: z.object({
    rule: parameter(`Findings of these rules: ${RULES.map(({ name }) => name).join(', ')}.`),
    severity: parameter(`Findings of these severities: ${Object.keys(SEVERITIES).join(', ')}.`),
    type: parameter(`Findings that are mainly about records of these types: ${RESOURCE_TYPES.join(', ')}.`),
    record: parameter('Findings that involve any of these records; a slug may be written `events/some-slug`.'),
    acknowledged: oneOf(['true', 'false'], '`true`: those that somebody has acknowledged; `false`: the open ones.'),
    count: oneOf(['none', 'exact'], 'Also count all that fit.'),
    limit: limit(MAX_FINDINGS),
    cursor,
  }),
  response: {
    200: answer('A page of findings.', FindingsPage, foundPage),
    304: notModified,
    ...problemResponses(...READ, ...CURSOR, 'overloaded'),
  },
};

export const getFindingOperation = {
  operationId: 'getFinding',
  summary: 'Read a finding',
  description: 'A finding that is no longer so is 404.',
  tags: ['insight'],
  security: KEY_OPTIONAL,
  params,
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  response: {
    200: answer('The finding.', Finding, found),
    304: notModified,
    ...problemResponses(...READ, 'not-found', 'overloaded'),
  },
};

export const acknowledgeOperation = {
  operationId: 'replaceFindingAcknowledgement',
  summary: 'Let a finding stand',
  description:
    'Keeps the reason with the record that the finding is mainly about, as a new version of it. The finding stays listed, as acknowledged, until what it rests on changes; then it is open again. The ETag is that of the finding.',
  tags: ['insight'],
  security: NEEDS_KEY,
  params,
  headers: z.object({ 'If-Match': ifMatch, ...changeHeaders }),
  body: {
    required: true,
    content: {
      [JSON_TYPE]: {
        schema: AcknowledgementInput,
        example: { reason: 'The report itself is wrong about this; the dispute says so.' },
      },
    },
  },
  response: {
    200: answer('The finding, acknowledged.', Finding, changed),
    ...problemResponses(
      ...[...KEYED, ...MATCH],
      ...(['invalid-request', 'malformed-json', 'invalid-text', 'payload-too-large'] as const),
      ...(['unsupported-media-type', 'not-found'] as const),
    ),
  },
};

export const withdrawOperation = {
  operationId: 'deleteFindingAcknowledgement',
  summary: 'Open a finding again',
  description: 'Takes its acknowledgement back, as a new version of the record that kept it.',
  tags: ['insight'],
  security: NEEDS_KEY,
  params,
  headers: z.object({ 'If-Match': ifMatch, ...changeHeaders }),
  response: {
    204: { description: 'The finding is open.' },
    ...problemResponses(...KEYED, ...MATCH, 'invalid-request', 'not-found'),
  },
};
