import { z } from 'zod';
import { Citation, edtf, list, ref, text, writable } from '../common.schema.js';
import { codes, type Vocabulary } from '../vocabulary.js';

export const ACTOR_KINDS = {
  state: 'A state.',
  organization: 'An organization of states or of private persons.',
  bloc: 'States acting together without an organization of their own: a group, a coalition.',
  'government-body': 'A ministry, parliament, agency or force of a state or organization.',
  office: 'A position that persons hold one after another.',
  person: 'A natural person.',
  company: 'A business.',
  'armed-group': 'An armed group that is not the force of a state.',
  territory: 'A territory that is not a state.',
  group: 'Several named only collectively, so that nobody can be identified: analysts, allies, officials.',
} as const satisfies Vocabulary;

export const NAME_KINDS = {
  official: 'The full official name.',
  short: 'A short form or acronym.',
  alias: 'Another name in use, or another spelling.',
  former: 'A name used in the past.',
  transliteration: 'The name carried over from another script.',
} as const satisfies Vocabulary;

export const MEMBERSHIP_ROLES = {
  member: 'Full member.',
  observer: 'Takes part without the rights of a member, partners included.',
  candidate: 'Has applied or been accepted as a candidate.',
  chair: 'Presides over it.',
  'secretary-general': 'Heads its secretariat.',
} as const satisfies Vocabulary;

const validity = edtf('interval', 'From when to when; absent when not known.', '2020-03-04/2024-09-05').optional();
const evidence = list(Citation, 50).optional().meta({ description: 'Where this entry comes from.' });

export const Name = z
  .strictObject({
    value: text(300, 'The name.', 'Kiev'),
    lang: z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag')
      .optional()
      .meta({ description: 'BCP 47 language tag.', examples: ['en'] }),
    kind: codes(NAME_KINDS, 'What sort of name.'),
    validity,
  })
  .meta({ id: 'Name', description: 'Another name of an actor.' });

export const Membership = z
  .strictObject({
    of: ref('actor', 'The organization or bloc.', 'nato'),
    role: codes(MEMBERSHIP_ROLES, 'In which capacity.'),
    validity,
    citations: evidence,
  })
  .meta({ id: 'Membership', description: 'That an actor belongs to another for some time.' });

export const Term = z
  .strictObject({
    office: ref('actor', 'The office held.', 'minister-of-foreign-affairs-of-ukraine'),
    validity,
    citations: evidence,
  })
  .meta({ id: 'Term', description: 'That a person held an office for some time.' });

export const actorFields = {
  kind: codes(ACTOR_KINDS, 'What sort of actor.'),
  name: text(300, 'The name in English, as commonly used.', 'Ukraine'),
  names: list(Name, 200).meta({ description: 'Other names, spellings and former names.' }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1 alpha-2)')
    .optional()
    .meta({ description: 'ISO 3166-1 alpha-2 code of the state it is or belongs to.', examples: ['UA'] }),
  description: text(4000, 'Who or what this is, in our own words.').optional(),
  existence: edtf('interval', 'From when to when it existed or lived.', '1991-08-24/..').optional(),
  partOf: ref('actor', 'The state or organization an office or body belongs to.', 'ukraine').optional(),
  memberships: list(Membership, 500).meta({ description: 'Organizations and blocs it belongs or belonged to.' }),
  terms: list(Term, 200).meta({ description: 'Offices a person holds or held.' }),
  ...writable,
};
