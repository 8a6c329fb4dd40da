import { z } from 'zod';
import { Citation, edtf, list, Place, ref, text, writable } from '../common.schema.js';
import { BINDINGNESS, codes, type Vocabulary } from '../vocabulary.js';

export const LEGAL_FORMS = {
  treaty: 'A treaty under international law, whatever its title.',
  'executive-agreement': 'Concluded by a government without the consent of its parliament.',
  memorandum: 'A memorandum of understanding.',
  'joint-declaration': 'A text that several parties declare together.',
  communique: 'A public account of what was agreed at a meeting.',
  resolution: 'A decision of a body.',
  arrangement: 'An arrangement below the level of a treaty.',
  other: 'None of these, or not known.',
} as const satisfies Vocabulary;

export const AGREEMENT_STAGES = {
  proposed: 'Put forward by a party.',
  'under-negotiation': 'Its text is being worked out.',
  initialled: 'The text is settled and initialled.',
  adopted: 'The text is adopted by its authors.',
  signed: 'Signed.',
  approved: 'Approved by an authority that must do so before or after signature.',
  ratified: 'Ratified by a party.',
  'provisionally-applied': 'Applied before it is in force.',
  'in-force': 'In force.',
  amended: 'Its text was changed.',
  suspended: 'Its effect is suspended.',
  withdrawn: 'A party withdrew from it.',
  denounced: 'A party denounced it.',
  terminated: 'Ended by its parties.',
  expired: 'Ended by the passing of its term.',
  superseded: 'Replaced by another agreement.',
  abandoned: 'Given up before it was concluded.',
} as const satisfies Vocabulary;

export const PARTY_ROLES = {
  party: 'A party to it.',
  signatory: 'Signed it.',
  acceding: 'Joined it later.',
  guarantor: 'Guarantees its observance.',
  depositary: 'Keeps the original.',
  beneficiary: 'Benefits without being a party.',
  observer: 'Was present at its making.',
} as const satisfies Vocabulary;

export const Party = z
  .strictObject({
    actor: ref('actor', 'The state, organization or body.', 'united-kingdom'),
    role: codes(PARTY_ROLES, 'In which role.'),
    signedBy: list(
      z.strictObject({
        person: ref('actor', 'Who signed.', 'rishi-sunak'),
        office: ref('actor', 'In which office.', 'prime-minister-of-the-united-kingdom').optional(),
      }),
      20,
    )
      .optional()
      .meta({ description: 'Persons who signed for this party.' }),
    signedOn: edtf('any', 'When this party signed.').optional(),
    consentOn: edtf('any', 'When it consented to be bound: ratified, acceded, joined.').optional(),
    inForceOn: edtf('any', 'When it entered into force for this party.').optional(),
    endedOn: edtf('any', 'When it ceased to bind this party.').optional(),
    note: text(500, 'A remark.').optional(),
    citations: list(Citation, 50).optional().meta({ description: 'Where this entry comes from.' }),
  })
  .meta({ id: 'Party', description: 'One party to an agreement.' });

export const AgreementMilestone = z
  .strictObject({
    stage: codes(AGREEMENT_STAGES, 'Stage reached.'),
    on: edtf('any', 'When it was reached.', '2024-01-12'),
    event: ref('event', 'The event at which it was reached.').optional(),
    note: text(500, 'A remark.').optional(),
    citations: list(Citation, 50).optional().meta({ description: 'Where this entry comes from.' }),
  })
  .meta({ id: 'AgreementMilestone', description: 'A stage in the life of an agreement.' });

const duration = z
  .string()
  .max(40)
  .regex(
    /^P(?=[0-9])(?:[0-9]{1,4}Y)?(?:[0-9]{1,4}M)?(?:[0-9]{1,4}W)?(?:[0-9]{1,5}D)?$/,
    'must be an ISO 8601 duration such as P10Y or P6M',
  );

export const agreementFields = {
  title: text(400, 'Title in our own words or as commonly used.', 'UK–Ukraine agreement on security co-operation'),
  officialTitle: text(600, 'The official title where it is known.').optional(),
  altTitles: list(text(600, 'Another title in use.'), 50).meta({ description: 'Other titles in use.' }),
  summary: text(4000, 'What it is about, in our own words.').optional(),
  legalForm: codes(LEGAL_FORMS, 'Legal form.'),
  bindingness: codes(BINDINGNESS, 'In which sense it binds.').optional(),
  ratificationRequired: z
    .boolean()
    .optional()
    .meta({ description: 'Whether it must be ratified to enter into force.' }),
  duration: duration.optional().meta({ description: 'Agreed term. ISO 8601 duration.', examples: ['P10Y'] }),
  noticePeriod: duration
    .optional()
    .meta({ description: 'Notice to be given before leaving it. ISO 8601 duration.', examples: ['P6M'] }),
  openForAccession: z.boolean().optional().meta({ description: 'Whether others may join.' }),
  parties: list(Party).meta({ description: 'Who is party to it, with signatures and dates.' }),
  milestones: list(AgreementMilestone, 200).meta({ description: 'Its stages with their dates.' }),
  areas: list(ref('area', 'An area it covers.', 'cyber-security'), 200).meta({ description: 'Areas it covers.' }),
  place: Place.optional().meta({ description: 'Where it was signed or adopted.' }),
  ...writable,
};

export const agreementDerived = {
  status: z
    .enum(Object.keys(AGREEMENT_STAGES) as [keyof typeof AGREEMENT_STAGES])
    .nullable()
    .meta({ description: 'Stage of the latest milestone; null when there is none. Derived.' }),
  signedOn: z
    .string()
    .nullable()
    .meta({ description: 'Date of the first `signed` milestone, as given. Derived.', examples: ['2024-01-12'] }),
};
