import { z } from 'zod';
import { CHANGE_KINDS } from '../journal/record.js';
import { PROBLEMS } from '../problems.js';
import { ACTOR_KINDS, MEMBERSHIP_ROLES, NAME_KINDS } from '../resources/actors/actors.schema.js';
import { AGREEMENT_STAGES, LEGAL_FORMS, PARTY_ROLES } from '../resources/agreements/agreements.schema.js';
import { CERTAINTIES, CLAIM_KINDS, CREDIBILITY, RANKS } from '../resources/claims/claims.schema.js';
import {
  AMOUNT_BASES,
  AMOUNT_QUALIFIERS,
  ASSESSMENT_VALUES,
  COMMITMENT_KINDS,
  COMMITMENT_STAGES,
} from '../resources/commitments/commitments.schema.js';
import { QUOTE_STATUSES } from '../resources/common.schema.js';
import { CONFIDENCES, DISPUTE_STATUSES } from '../resources/disputes/disputes.schema.js';
import { CODING_SCHEMES, EVENT_STATUSES, PARTICIPANT_ROLES } from '../resources/events/events.schema.js';
import { EVENT_KINDS, type EventKind } from '../resources/events/kinds.js';
import { resources } from '../resources/index.js';
import { SOURCE_KINDS } from '../resources/sources/sources.schema.js';
import {
  BINDINGNESS,
  METHODS,
  RELATION_KINDS,
  RELIABILITY,
  RESTS_ON,
  STANDINGS,
  SUPPORT,
  SUPPORTED,
  type Vocabulary,
} from '../resources/vocabulary.js';
import { SEVERITIES } from './findings/rule.js';
import { RULES } from './findings/rules/index.js';
import { LINK_RELATIONS } from './link-relations.js';

/** A code with its meaning. */
export interface Code {
  code: string;
  definition: string;
  /** Event kinds: the PLOVER 2.0 type and mode, where one fits. */
  plover?: { type: string; mode?: string };
  /** Event kinds: the CAMEO root code, where one fits. */
  cameo?: string;
  /** Problem codes: the HTTP status, and whether the same request may succeed later. */
  status?: number;
  retryable?: boolean;
}

/** A closed list of codes. */
export interface CodeList {
  name: string;
  title: string;
  codes: readonly Code[];
  /** Fields of records that take these codes, as `collection.field`, with `[]` for the items of an array. */
  fields: readonly string[];
}

function list(name: string, title: string, codes: Vocabulary | readonly Code[]): Omit<CodeList, 'fields'> {
  if (Array.isArray(codes)) return { name, title, codes };
  // Codes that are all digits come out of any object in their order, which is that of the scale.
  return { name, title, codes: Object.entries(codes).map(([code, definition]) => ({ code, definition })) };
}

const eventKinds = Object.entries(EVENT_KINDS as Record<string, EventKind>).map(
  ([code, { definition, plover, ploverMode, cameo }]): Code => ({
    code,
    definition,
    ...(plover && { plover: { type: plover, ...(ploverMode && { mode: ploverMode }) } }),
    ...(cameo && { cameo }),
  }),
);

const problemCodes = Object.entries(PROBLEMS).map(
  ([code, { title, explanation, status, retryable }]): Code => ({
    ...{ code, definition: `${title}. ${explanation}`, status, retryable },
  }),
);

const findingRules = RULES.map(({ name, description }): Code => ({ code: name, definition: description }));

const LISTS = [
  list('event-kinds', 'What sort of event', eventKinds),
  list('event-statuses', 'Where an event stands', EVENT_STATUSES),
  list('participant-roles', 'Roles of the participants of an event', PARTICIPANT_ROLES),
  list('coding-schemes', 'Schemes of machine coding', CODING_SCHEMES),
  list('actor-kinds', 'What sort of actor', ACTOR_KINDS),
  list('name-kinds', 'What sort of name', NAME_KINDS),
  list('membership-roles', 'Capacities in an organization or bloc', MEMBERSHIP_ROLES),
  list('legal-forms', 'Legal forms of agreements', LEGAL_FORMS),
  list('bindingness', 'In which sense something binds', BINDINGNESS),
  list('agreement-stages', 'Stages in the life of an agreement', AGREEMENT_STAGES),
  list('party-roles', 'Roles of the parties to an agreement', PARTY_ROLES),
  list('commitment-kinds', 'What sort of promise', COMMITMENT_KINDS),
  list('commitment-stages', 'Stages in the life of a commitment', COMMITMENT_STAGES),
  list('amount-qualifiers', 'How a source puts an amount', AMOUNT_QUALIFIERS),
  list('amount-bases', 'What an amount is for', AMOUNT_BASES),
  list('assessment-values', 'How far a commitment was found to be kept', ASSESSMENT_VALUES),
  list('source-kinds', 'What sort of source', SOURCE_KINDS),
  list('reliability', 'Reliability of a source on the Admiralty scale', RELIABILITY),
  list('claim-kinds', 'What sort of claim', CLAIM_KINDS),
  list('certainties', 'How a source puts a claim', CERTAINTIES),
  list('credibility', 'Credibility of a claim on the Admiralty scale', CREDIBILITY),
  list('ranks', 'How a claim ranks among others on the same matter', RANKS),
  list('standings', 'Whether a claim or a source still stands', STANDINGS),
  list('dispute-statuses', 'Whether a position of a dispute is preferred', DISPUTE_STATUSES),
  list('confidences', 'How sure we are of a preference', CONFIDENCES),
  list('relation-kinds', 'What a record is to another', RELATION_KINDS),
  list('methods', 'How a record came to be', METHODS),
  list('quote-statuses', 'How a quotation compares with the stored text', QUOTE_STATUSES),
  list('change-kinds', 'What a change is: `changeKind` of the history and the header `Change-Kind`', CHANGE_KINDS),
  list('supported', 'How far the citations of a record support it: the filter `supported`', SUPPORTED),
  list('support', 'How a field is supported: `support` of the provenance', SUPPORT),
  list('rests-on', 'What became of the sources cited: the filter `restsOn`', RESTS_ON),
  list('link-relations', 'Relations of edges: `relation` of links', LINK_RELATIONS),
  list('finding-rules', 'What the knowledge base checks itself for: `rule` of findings', findingRules),
  list('finding-severities', 'How much a finding matters', SEVERITIES),
  list('problem-codes', 'Errors: `code` of problem details', problemCodes),
];

/** Every field of a representation whose values come from a closed list, and the list. Pure. */
export function codedFields(schema: z.ZodType, path: string): { field: string; codes: string[] }[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return codedFields(schema.unwrap() as z.ZodType, path);
  }
  if (schema instanceof z.ZodEnum) return [{ field: path, codes: schema.options.map(String) }];
  if (schema instanceof z.ZodArray) return codedFields(schema.element as z.ZodType, `${path}[]`);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, value]) =>
    codedFields(value, `${path}.${key}`),
  );
}

const FIELDS = resources.flatMap(({ representation, collection }) => codedFields(representation, collection));

function takes(codes: readonly Code[], options: readonly string[]): boolean {
  return options.length === codes.length && codes.every(({ code }) => options.includes(code));
}

/** Every code list of the model, with the fields of records that take its codes. */
export const VOCABULARIES: readonly CodeList[] = LISTS.map((vocabulary) => ({
  ...vocabulary,
  fields: FIELDS.filter(({ codes }) => takes(vocabulary.codes, codes)).map(({ field }) => field),
}));
