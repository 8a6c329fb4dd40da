import { z } from 'zod';
import { DECIMAL_PATTERN } from '../../shared/money.js';
import { Citation, edtf, list, ref, text, writable } from '../common.schema.js';
import { BINDINGNESS, codes, type Vocabulary } from '../vocabulary.js';

export const COMMITMENT_KINDS = {
  financial: 'Money.',
  materiel: 'Arms, ammunition, equipment.',
  training: 'Training of forces or officials, joint exercises.',
  intelligence: 'Sharing of intelligence.',
  industrial: 'Co-operation of industries, joint production.',
  cyber: 'Cyber security and defence.',
  consultation: 'To consult, to meet, to inform.',
  political: 'Political or diplomatic support, framework promises.',
  humanitarian: 'Humanitarian help.',
  reconstruction: 'Recovery and reconstruction.',
  sanctions: 'To impose or keep sanctions.',
  other: 'None of these.',
} as const satisfies Vocabulary;

export const COMMITMENT_STAGES = {
  announced: 'Said in public, not yet a promise to the beneficiary.',
  pledged: 'Promised.',
  committed: 'Bound by contract, law or budget.',
  allocated: 'Set aside for a definite use.',
  'partially-delivered': 'Part of it was delivered.',
  delivered: 'Delivered.',
  suspended: 'Held back for the time being.',
  withdrawn: 'Taken back.',
  expired: 'Its time ran out.',
  superseded: 'Replaced by another commitment.',
} as const satisfies Vocabulary;

export const AMOUNT_QUALIFIERS = {
  exact: 'The amount as stated.',
  'at-least': 'This much or more.',
  'up-to': 'This much at most.',
  'more-than': 'More than this.',
  approximately: 'About this much.',
  nearly: 'A little less than this.',
  target: 'An aim, not a promise.',
  disputed: 'Sources disagree; see the dispute.',
} as const satisfies Vocabulary;

export const AMOUNT_BASES = {
  total: 'For the whole period.',
  'per-year': 'For each year of the period.',
} as const satisfies Vocabulary;

export const ASSESSMENT_VALUES = {
  'no-evidence': 'Nothing shows whether it was kept.',
  'not-started': 'Nothing was done yet.',
  limited: 'A small part was done.',
  substantial: 'Most of it was done.',
  complete: 'All of it was done.',
} as const satisfies Vocabulary;

export const Amount = z
  .strictObject({
    value: z
      .string()
      .regex(DECIMAL_PATTERN, 'must be a decimal such as "7100000000" or "1.5", up to 18 digits and 6 decimals')
      .meta({ description: 'Decimal string in whole currency units.', examples: ['7100000000'] }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217)')
      .meta({ description: 'ISO 4217 code.', examples: ['EUR'] }),
    qualifier: codes(AMOUNT_QUALIFIERS, 'How the source puts it.'),
    basis: codes(AMOUNT_BASES, 'What the amount is for.'),
  })
  .meta({ id: 'Amount', description: 'A sum of money as promised; never converted.' });

export const CommitmentMilestone = z
  .strictObject({
    stage: codes(COMMITMENT_STAGES, 'Stage reached.'),
    on: edtf('any', 'When it was reached.', '2024-02-16'),
    amount: Amount.optional(),
    note: text(500, 'A remark.').optional(),
    citations: list(Citation, 50).optional().meta({ description: 'Where this entry comes from.' }),
  })
  .meta({ id: 'CommitmentMilestone', description: 'A stage in the life of a commitment.' });

export const Assessment = z
  .strictObject({
    assessor: ref('actor', 'Who assessed it.'),
    on: edtf('any', 'When.'),
    value: codes(ASSESSMENT_VALUES, 'How far it was kept.'),
    citations: list(Citation, 50).optional().meta({ description: 'Where this entry comes from.' }),
  })
  .meta({ id: 'Assessment', description: 'How far somebody found a commitment kept.' });

const actors = (description: string, example: string) =>
  list(ref('actor', description, example), 200).meta({ description });

export const commitmentFields = {
  statement: text(2000, 'What is promised, in our own words.', 'Military support of 7.1 billion euros in 2024'),
  kind: codes(COMMITMENT_KINDS, 'What sort of promise.'),
  bindingness: codes(BINDINGNESS, 'In which sense it binds.').optional(),
  promisors: actors('Who promises.', 'germany'),
  beneficiaries: actors('Whom it benefits.', 'ukraine'),
  agreement: ref('agreement', 'The agreement it is part of.', 'de-ua-2024').optional(),
  event: ref('event', 'The event at which it was made.').optional(),
  areas: list(ref('area', 'An area it falls in.', 'military-equipment'), 200).meta({
    description: 'Areas it falls in.',
  }),
  conditions: text(2000, 'What it depends on, in our own words.').optional(),
  period: edtf('any', 'The time it is for.', '2024').optional(),
  dueOn: edtf('any', 'When it is to be fulfilled.', '2024-12-31').optional(),
  amount: Amount.optional(),
  milestones: list(CommitmentMilestone, 200).meta({ description: 'Its stages with their dates.' }),
  assessments: list(Assessment, 200).meta({ description: 'How far it was found to be kept.' }),
  restates: ref('commitment', 'The same promise as first reported; this one is never counted again.').optional(),
  ...writable,
};

export const commitmentDerived = {
  stage: z
    .enum(Object.keys(COMMITMENT_STAGES) as [keyof typeof COMMITMENT_STAGES])
    .nullable()
    .meta({ description: 'Stage of the latest milestone; null when there is none. Derived.' }),
};
