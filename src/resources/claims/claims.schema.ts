import { z } from 'zod';
import { anyJson, Citation, edtf, list, ref, text, writable } from '../common.schema.js';
import { codes, STANDINGS, type Vocabulary } from '../vocabulary.js';

export const CLAIM_KINDS = {
  fact: 'States that something is or was so.',
  assessment: 'Judges or interprets.',
  forecast: 'Says what is expected.',
  condition: 'Says what something depends on.',
  denial: 'Says that something is not so.',
} as const satisfies Vocabulary;

export const CERTAINTIES = {
  asserted: 'Stated flatly.',
  reported: 'Given as the words of another.',
  planned: 'Given as a plan.',
  tentative: 'Given as likely or possible.',
  conditional: 'Given as depending on something.',
  evaluative: 'A judgement of value or importance.',
} as const satisfies Vocabulary;

export const CREDIBILITY = {
  '1': 'Confirmed by other sources.',
  '2': 'Probably true.',
  '3': 'Possibly true.',
  '4': 'Doubtful.',
  '5': 'Improbable.',
  '6': 'Truth cannot be judged.',
} as const satisfies Vocabulary;

export const RANKS = {
  preferred: 'The claim to show first.',
  normal: 'One claim among others.',
  deprecated: 'Known to be wrong or outdated; kept for the record.',
} as const satisfies Vocabulary;

export const claimFields = {
  about: ref('any', 'The record the claim is about.', 'events/us-ua-consultations-2025-01'),
  field: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*$/, 'must be a field name such as date or place.country')
    .max(80)
    .optional()
    .meta({ description: 'Which of its properties the claim is about.', examples: ['date'] }),
  value: anyJson('The claimed value of that property, any JSON.', '2025-01').optional(),
  kind: codes(CLAIM_KINDS, 'What sort of claim.'),
  statement: text(2000, 'What is claimed, in our own words.', 'The talks are to be held in January 2025.'),
  attributedTo: list(ref('actor', 'Who says so.', 'dmytro-kuleba'), 50).meta({
    description: 'Actors the source names as saying so.',
  }),
  attribution: text(300, 'Who says so where no actor can be named.', 'analysts').optional(),
  claimedOn: edtf('any', 'When it was said.').optional(),
  certainty: codes(CERTAINTIES, 'How the source puts it.'),
  credibility: codes(CREDIBILITY, 'Credibility on the Admiralty scale.').optional(),
  rank: codes(RANKS, 'How the claim ranks among others on the same matter.'),
  standing: codes(STANDINGS, 'Whether its author still holds it.'),
  ...writable,
  citations: list(Citation, 500).min(1).meta({ description: 'Where the claim is made; at least one.' }),
};
