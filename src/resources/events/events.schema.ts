import { z } from 'zod';
import { day, edtf, kebab, list, Place, ref, text, writable } from '../common.schema.js';
import { codes, type Vocabulary } from '../vocabulary.js';
import { EVENT_KINDS } from './kinds.js';

export const EVENT_STATUSES = {
  announced: 'Made known, no time fixed or the time not yet come.',
  scheduled: 'Fixed for a date that had not come when the source wrote.',
  ongoing: 'Under way when the source wrote.',
  concluded: 'Took place.',
  postponed: 'Put off; `previousDate` keeps the earlier date.',
  cancelled: 'Called off.',
  unconfirmed: 'Reported, but no other source bears it out.',
} as const satisfies Vocabulary;

export const PARTICIPANT_ROLES = {
  host: 'Invites, chairs or provides the place.',
  guest: 'Takes part on the invitation of the host.',
  participant: 'Takes part.',
  signatory: 'Signs.',
  mediator: 'Helps others to settle a matter.',
  observer: 'Is present or watches without taking part.',
  announcer: 'Makes it known or speaks for the others.',
  recipient: 'Receives what is given or decided.',
  initiator: 'Brings it about.',
  target: 'Is the one it is directed at.',
  voter: 'Casts a vote.',
} as const satisfies Vocabulary;

export const CODING_SCHEMES = {
  plover: 'PLOVER 2.0: Political Language Ontology for Verifiable Event Records.',
  cameo: 'CAMEO: Conflict and Mediation Event Observations.',
} as const satisfies Vocabulary;

const kindDefinitions = Object.fromEntries(
  Object.entries(EVENT_KINDS).map(([code, { definition }]) => [code, definition]),
) as Vocabulary<keyof typeof EVENT_KINDS>;

export const Participant = z
  .strictObject({
    actor: ref('actor', 'Who.', 'ukraine'),
    role: codes(PARTICIPANT_ROLES, 'In which role.'),
    office: ref('actor', 'The office the person acted in.', 'president-of-ukraine').optional(),
    onBehalfOf: ref('actor', 'The state or organization the person acted for.', 'ukraine').optional(),
    note: text(500, 'A remark, such as the exact function.').optional(),
  })
  .meta({ id: 'Participant', description: 'One actor of an event and its role.' });

export const Coding = z
  .strictObject({
    scheme: codes(CODING_SCHEMES, 'The coding scheme.'),
    code: z
      .string()
      .min(1)
      .max(40)
      .meta({ description: 'Code in that scheme.', examples: ['CONSULT'] }),
    mode: z.string().min(1).max(40).optional().meta({ description: 'PLOVER mode.' }),
    contexts: list(kebab, 20).optional().meta({ description: 'PLOVER contexts.' }),
    coder: z
      .string()
      .min(1)
      .max(100)
      .meta({ description: 'Person or program that coded it.', examples: ['gdelt'] }),
  })
  .meta({ id: 'Coding', description: 'A machine-coding annotation; never the primary kind.' });

export const eventFields = {
  kind: codes(kindDefinitions, 'What sort of event; definitions in the vocabulary.'),
  title: text(300, 'Short title in our own words.', 'US–Ukraine security consultations'),
  summary: text(4000, 'What happened, in our own words.').optional(),
  date: edtf('any', 'When, as precisely as the source says and never more.', '2025-01'),
  status: codes(EVENT_STATUSES, 'Where the event stands.'),
  previousDate: edtf('any', 'The date it was postponed from.').optional(),
  place: Place.optional(),
  participants: list(Participant).meta({
    description: 'All who took part; many actors in one record, never expanded into pairs.',
  }),
  areas: list(ref('area', 'An area on the agenda.', 'cyber-security'), 200).meta({ description: 'Agenda.' }),
  coding: list(Coding, 20).optional().meta({ description: 'Machine-coding annotations.' }),
  ...writable,
};

export const eventDerived = {
  earliest: day('First day the event may have begun.'),
  latest: day('Last day the event may have ended.'),
};
