import { z } from 'zod';
import { anyJson, Citation, kebab, list, ref, text, writable } from '../common.schema.js';
import { codes, type Vocabulary } from '../vocabulary.js';

export const CONFIDENCES = {
  low: 'The preference rests on little.',
  medium: 'The preference is likely right.',
  high: 'The preference is very likely right.',
} as const satisfies Vocabulary;

export const DISPUTE_STATUSES = {
  open: 'No position is preferred.',
  resolved: 'A position is preferred; the others stay on record.',
} as const satisfies Vocabulary;

export const Position = z
  .strictObject({
    key: kebab.meta({ description: 'Name of the position within the dispute.', examples: ['a'] }),
    statement: text(2000, 'What the position says, in our own words.'),
    value: anyJson('The value it gives to the disputed property, any JSON.').optional(),
    claims: list(ref('claim', 'A claim that takes this position.'), 200)
      .optional()
      .meta({ description: 'Claims that take this position.' }),
    citations: list(Citation, 200).meta({ description: 'Where the position is taken; empty when only remembered.' }),
  })
  .meta({ id: 'Position', description: 'One of the answers that cannot all be true.' });

export const disputeFields = {
  question: text(600, 'What is in dispute, as a question.', 'Who was foreign minister when the talks were confirmed?'),
  about: list(ref('any', 'A record concerned.', 'actors/dmytro-kuleba'), 100)
    .min(1)
    .meta({ description: 'Records concerned.' }),
  positions: list(Position, 50).min(2).meta({ description: 'The positions, side by side; two or more.' }),
  assessment: text(4000, 'How we read the evidence, in our own words; must be there beside `preferred`.').optional(),
  preferred: kebab
    .optional()
    .meta({ description: 'Key of the position that we prefer; absent while open.', examples: ['b'] }),
  confidence: codes(CONFIDENCES, 'How sure we are of the preference.').optional(),
  ...writable,
};

export const disputeDerived = {
  status: codes(DISPUTE_STATUSES, '`resolved` once a position is preferred. Derived.'),
};
