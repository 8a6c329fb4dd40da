/** An event kind: what it means, and the codes of two machine-coding schemes where one fits. */
export interface EventKind {
  definition: string;
  /** PLOVER 2.0 event type; absent where none fits. */
  plover?: string;
  /** PLOVER 2.0 mode of that type. */
  ploverMode?: string;
  /** CAMEO root code, two digits; absent where none fits. */
  cameo?: string;
}

function kind(definition: string, plover?: string, cameo?: string, ploverMode?: string): EventKind {
  return { definition, ...(plover && { plover }), ...(ploverMode && { ploverMode }), ...(cameo && { cameo }) };
}

/**
 * DESIGN 2.3. PLOVER codes an event that is only planned or agreed upon as AGREE, so the mappings below hold for
 * events that took place.
 */
export const EVENT_KINDS = {
  consultation: kind(
    'A round of talks in which parties exchange views on a subject without drafting a text.',
    'CONSULT',
    '04',
  ),
  negotiation: kind('A round of talks in which parties work on the text of an agreement.', 'CONSULT', '04'),
  meeting: kind('Representatives meet in person or online.', 'CONSULT', '04', 'multilateral'),
  summit: kind('Heads of state or government meet.', 'CONSULT', '04', 'multilateral'),
  conference: kind('A gathering of many parties on a subject.', 'CONSULT', '04', 'multilateral'),
  visit: kind('A representative travels to another party.', 'CONSULT', '04', 'visit'),
  call: kind('Representatives speak by telephone or video.', 'CONSULT', '04', 'phone'),
  statement: kind('A party makes its view public.', undefined, '01'),
  announcement: kind('A party makes known what is planned or decided.', undefined, '01'),
  declaration: kind('Several parties adopt a joint text.', 'AGREE', '05'),
  signing: kind('Representatives sign an agreement.', 'AGREE', '05'),
  ratification: kind('A state consents to be bound by a signed agreement.', 'AGREE', '05'),
  accession: kind('A party joins an existing agreement or declaration.', 'AGREE', '05'),
  'entry-into-force': kind('An agreement becomes binding.', 'AGREE', '05'),
  withdrawal: kind('A party leaves an agreement, a body or a position.', 'REJECT', '12'),
  appointment: kind('A person is appointed to, or takes up, an office.'),
  departure: kind('A person leaves an office: resignation, dismissal, end of term.'),
  recognition: kind('A state recognises a state or government.', 'COOPERATE', '05'),
  'relations-established': kind('Diplomatic relations begin or are restored.', 'COOPERATE', '05'),
  'relations-severed': kind('Diplomatic relations are broken off.', 'SANCTION', '16'),
  'mission-opened': kind('An embassy, consulate or mission is opened.', 'COOPERATE', '05'),
  'mission-closed': kind('An embassy, consulate or mission is closed.', 'SANCTION', '16'),
  expulsion: kind('A diplomat is declared persona non grata or made to leave.', 'SANCTION', '16', 'expel'),
  summons: kind('An envoy is called in to be told of displeasure.', 'ACCUSE', '11', 'disapprove'),
  'protest-note': kind('A formal note of protest is delivered.', 'ACCUSE', '11', 'disapprove'),
  mediation: kind('A third party helps others to settle a matter.', 'CONSULT', '04', 'third-party'),
  vote: kind('A body votes on a proposal.'),
  veto: kind('A member blocks a decision by its veto.', 'REJECT', '12'),
  resolution: kind('A body adopts a resolution or decision.', undefined, '05'),
  sanction: kind('Restrictions are imposed on a party.', 'SANCTION', '16'),
  'aid-delivery': kind('Money, goods or arms promised as aid are handed over.', 'AID', '07'),
  exercise: kind('Forces exercise together.', 'COOPERATE', '06', 'military'),
  ceremony: kind('An act of state ritual: inauguration, commemoration, award.'),
  proposal: kind('A party puts forward a plan.', 'SUPPORT', '03'),
  request: kind('A party asks another for something.', 'REQUEST', '02'),
  refusal: kind('A party refuses what was proposed or asked.', 'REJECT', '12'),
  threat: kind('A party threatens another.', 'THREATEN', '13'),
  mobilization: kind('Forces are called up, moved or put on alert.', 'MOBILIZE', '15'),
  coercion: kind('Pressure short of armed force.', 'COERCE', '17'),
  hostilities: kind('Armed force is used.', 'ASSAULT', '19'),
  unclassified: kind('None of the other kinds fits.'),
} as const satisfies Record<string, EventKind>;
