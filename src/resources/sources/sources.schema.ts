import { z } from 'zod';
import { edtf, text, writable } from '../common.schema.js';
import { codes, RELIABILITY, STANDINGS, type Vocabulary } from '../vocabulary.js';

export const SOURCE_KINDS = {
  official: 'Published by a government, a party or an organization about its own acts.',
  agency: 'A news agency.',
  news: 'A newspaper, broadcaster or news site.',
  academic: 'Research.',
  dataset: 'A data set.',
  reference: 'An encyclopaedia or handbook.',
  ngo: 'A non-governmental organization.',
  aggregator: 'Reposts or rewrites what others published.',
  social: 'Social media.',
} as const satisfies Vocabulary;

export const sourceFields = {
  title: text(
    600,
    'Headline or title; a description in brackets where it has none.',
    'Report on planned US–Ukraine talks',
  ),
  kind: codes(SOURCE_KINDS, 'What sort of source.'),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional()
    .meta({ description: 'Where it was published.', examples: ['https://example.org/report'] }),
  publisher: text(300, 'Who published it.').optional(),
  publishedOn: edtf('any', 'When it was published; absent when not known.').optional(),
  retrievedAt: z.iso.datetime({ offset: true }).optional().meta({ description: 'When it was read. RFC 3339.' }),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag')
    .optional()
    .meta({ description: 'BCP 47 language tag.', examples: ['en'] }),
  licence: text(200, 'Licence of the text.').optional(),
  reliability: codes(RELIABILITY, 'Reliability on the Admiralty scale.').optional(),
  standing: codes(
    STANDINGS,
    'Whether it still stands; `standing` when absent, as in versions from before there was this field.',
  ).optional(),
  ...writable,
};

/** What is known of the text that is stored for a source; both are absent when none is. */
export const sourceKept = {
  textSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .meta({
      description: 'SHA-256 of the stored text in UTF-8, in hexadecimal; absent when no text is stored. Derived.',
    }),
  textLength: z.int().optional().meta({
    description:
      'Length of the stored text in Unicode code points, the unit of `quotePosition`; absent when none is stored. Derived.',
  }),
};
