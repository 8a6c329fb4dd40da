import { z } from 'zod';
import { type EdtfForm, parseEdtf } from '../shared/edtf.js';
import { ID_PATTERN, type ResourceType } from '../shared/ids.js';
import { SLUG_MAX, SLUG_PATTERN } from '../shared/text.js';
import { codes, METHODS, RELATION_KINDS, type Vocabulary } from './vocabulary.js';

/** Which strings of a schema are references, and to what; read by `referencePaths` when a resource is defined. */
export const references = z.registry<{ to: ResourceType | 'any' }>();

/** Which strings of a schema are prose, to be searched. */
export const prose = z.registry<object>();

/** A reference to another record: written as id, slug or `{scheme}:{value}`, read back as id. */
export function ref(to: ResourceType | 'any', description: string, example?: string) {
  const anyHint = to === 'any' ? ' A slug may be written with its collection, as in `events/some-slug`.' : '';
  const schema = z
    .string()
    .min(1)
    .max(300)
    .meta({
      description: `${description} Reference; read back as id.${anyHint}`,
      ...(example && { examples: [example] }),
    });
  references.add(schema, { to });
  return schema;
}

/** Text of one or more characters that is not only white space; it is searched. */
export function text(max: number, description: string, example?: string) {
  const schema = z
    .string()
    .max(max)
    .regex(/\S/, 'must not be empty')
    .meta({ description, ...(example && { examples: [example] }) });
  prose.add(schema, {});
  return schema;
}

const DATE_EXAMPLES: Readonly<Record<EdtfForm, string>> = {
  date: '2025-01',
  interval: '2024-06-13/2034-06-13',
  any: '2025-01',
};

/** A date or interval in EDTF (ISO 8601-2), levels 0 and 1; see docs/dates.md. */
export function edtf(form: EdtfForm, description: string, example: string = DATE_EXAMPLES[form]) {
  return z
    .string()
    .superRefine((value, context) => {
      const result = parseEdtf(value, form);
      if (!result.ok) context.addIssue({ code: 'custom', message: result.message, params: { problem: 'edtf' } });
    })
    .meta({ description: `${description} EDTF.`, examples: [example] });
}

export function day(description: string) {
  return z
    .string()
    .nullable()
    .meta({ description: `${description} Derived; null when there is no bound.`, examples: ['2025-01-01'] });
}

/** Any JSON value. Bodies come out of the JSON parser, so nothing else can stand there; `z.json()` would walk it again. */
export function anyJson(description: string, example?: string) {
  return z
    .custom<z.core.util.JSONType>((value) => value !== undefined, 'is required')
    .meta({ description, ...(example && { examples: [example] }) });
}

export const kebab = z
  .string()
  .max(80)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens');

export const ExternalId = z
  .strictObject({
    scheme: kebab.meta({ description: 'Who gives the identifier.', examples: ['wikidata'] }),
    value: z
      .string()
      .min(1)
      .max(200)
      .regex(/^\S+(?: \S+)*$/, 'must not begin or end with white space')
      .meta({ description: 'The identifier itself.', examples: ['Q212'] }),
  })
  .meta({
    id: 'ExternalId',
    description: 'An identifier that another body gave this record; unique per type and scheme.',
  });

export const Quote = z
  .strictObject({
    exact: text(2000, 'The quoted words.', 'high-level security consultations'),
    prefix: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'Words just before, to tell one occurrence from another.' }),
    suffix: z.string().max(200).optional().meta({ description: 'Words just after.' }),
  })
  .meta({ id: 'Quote', description: 'A passage of a source, as a W3C TextQuoteSelector.' });

export const QUOTE_STATUSES = {
  verbatim: 'The words stand in the stored text as quoted.',
  'whitespace-normalised': 'The words stand in the stored text, with other white space between them.',
  unchecked:
    'Held against no text: none of the source was stored then, or the one stored since does not have the words.',
} as const satisfies Vocabulary;

export const QuotePosition = z
  .strictObject({
    start: z
      .int()
      .min(0)
      .meta({ description: 'Code points before the passage.', examples: [74] }),
    end: z
      .int()
      .min(1)
      .meta({ description: 'Code points before what comes after it.', examples: [106] }),
    textSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'Which text of the source: its SHA-256.' }),
  })
  .meta({
    id: 'QuotePosition',
    description:
      'Where in which text of the source the words stand, in Unicode code points as in a W3C TextPositionSelector.',
  });

export const Citation = z
  .strictObject({
    source: ref('source', 'The source that says so.', 'seed-article'),
    quote: Quote.optional(),
    locator: text(300, 'Page, paragraph or row within the source.', 'para. 3').optional(),
    supports: z
      .array(z.string().min(1).max(80))
      .max(50)
      .optional()
      .meta({
        description:
          'Names of the fields that the passage supports, of this record or of the entry that carries the citation; what is below one with a dot, as `place.country`. Absent when it supports the whole.',
        examples: [['date']],
      }),
    quoteStatus: codes(
      QUOTE_STATUSES,
      'How the quote compares with the stored text of the source. Derived; ignored on input.',
    ).optional(),
    quotePosition: QuotePosition.optional().meta({
      description: 'Where the words stand, in the text that they were last found in. Derived; ignored on input.',
    }),
  })
  .meta({ id: 'Citation', description: 'Where a statement comes from.' });

export const Relation = z
  .strictObject({
    kind: codes(RELATION_KINDS, 'What this record is to the target.'),
    target: ref('any', 'The other record.', 'agreements/g7-joint-declaration-2023'),
    note: text(500, 'A remark on the relation.').optional(),
  })
  .meta({ id: 'Relation', description: 'A typed link from this record to another.' });

export const Place = z
  .strictObject({
    name: text(200, 'Name of the place.', 'Vilnius'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1 alpha-2)')
      .optional()
      .meta({ description: 'ISO 3166-1 alpha-2 code.', examples: ['LT'] }),
    latitude: z
      .number()
      .min(-90)
      .max(90)
      .optional()
      .meta({ description: 'Degrees north, WGS 84.', examples: [54.687] }),
    longitude: z
      .number()
      .min(-180)
      .max(180)
      .optional()
      .meta({ description: 'Degrees east, WGS 84.', examples: [25.28] }),
    online: z.boolean().optional().meta({ description: 'Held by telephone or video.' }),
  })
  .refine((place) => (place.latitude === undefined) === (place.longitude === undefined), {
    message: 'latitude and longitude go together',
  })
  .meta({ id: 'Place', description: 'Where something happened.' });

export const list = <T extends z.ZodType>(item: T, max = 1000) => z.array(item).max(max);

/** No slug of any resource, because `/by/{scheme}/{value}` looks external ids up. */
export const RESERVED_SLUGS = ['by'] as const;

/** The slug of a record, which is none of the reserved words. */
export function slugField(reserved: readonly string[]) {
  const words = reserved.map((word) => `\`${word}\``).join(' or ');
  return z
    .string()
    .max(SLUG_MAX)
    .regex(SLUG_PATTERN, 'must be lower-case ASCII words joined by hyphens')
    .refine(
      (slug) => !ID_PATTERN.test(slug) && !reserved.includes(slug),
      `must not look like an id and must not be ${words}`,
    )
    .meta({
      description: 'Readable name in URLs, unique within its type among live records. Made from the label when absent.',
    });
}

/** Fields that a client may write on every resource. */
export const writable = {
  slug: slugField(RESERVED_SLUGS),
  externalIds: list(ExternalId, 50).meta({ description: 'Identifiers given by others; the upsert key for partners.' }),
  citations: list(Citation, 500).meta({ description: 'Where the statements of this record come from.' }),
  relations: list(Relation, 500).meta({ description: 'Typed links to other records.' }),
  method: codes(METHODS, 'How the record came to be.'),
  tags: list(kebab, 100).meta({ description: 'Free keywords.', examples: [['unverified']] }),
  notes: text(4000, 'Editorial remark on the record as a whole.').optional(),
} as const;

/** Fields of every resource that are about the record and not about the world. */
export const EDITORIAL: readonly string[] = ['slug', 'externalIds', 'citations', 'method', 'tags', 'notes'];

/** Fields that the server sets on every resource. */
export const Acknowledgement = z
  .strictObject({
    finding: z.string().meta({ description: 'Id of the finding.' }),
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({
        description:
          'What the finding rested on then, as a SHA-256; once it rests on something else, it is open again.',
      }),
    reason: text(
      1000,
      'Why it may stand, in our own words.',
      'The report itself is wrong about this; see the dispute.',
    ),
    by: z.string().meta({ description: 'Id of the API key that acknowledged it.' }),
    at: z.iso.datetime().meta({ description: 'When. RFC 3339, UTC.' }),
  })
  .meta({ id: 'Acknowledgement', description: 'That somebody has looked at a finding and lets it stand.' });
export type Acknowledgement = z.infer<typeof Acknowledgement>;

/** What the server keeps with every record until an operation of its own changes it. */
export const keptOfAll = {
  acknowledgements: z.array(Acknowledgement).optional().meta({
    description:
      'Findings that are mainly about this record and were acknowledged; absent when there are none. Changed by `/v1/findings/{id}/acknowledgement` alone.',
  }),
} as const;

export const managed = {
  version: z
    .int()
    .min(1)
    .meta({ description: 'Version of this record; the ETag is `"v<version>"`.', examples: [1] }),
  revision: z
    .int()
    .min(1)
    .meta({ description: 'Number of the journal entry that produced this version.', examples: [412] }),
  createdAt: z.iso.datetime().meta({ description: 'When the record was created. RFC 3339, UTC.' }),
  updatedAt: z.iso.datetime().meta({ description: 'When its content last changed. RFC 3339, UTC.' }),
} as const;

export function idOf(type: ResourceType) {
  return z
    .string()
    .regex(new RegExp(`^${type}_[0-7][0-9a-hjkmnp-tv-z]{25}$`))
    .meta({ description: 'TypeID. Never reused.' });
}
