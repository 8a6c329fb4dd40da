import { RELATION_KINDS, type Vocabulary } from '../resources/vocabulary.js';

/** What the subject of an edge is to its target: relations of records, and one for each field that refers to others. */
export const LINK_RELATIONS: Vocabulary = {
  participant: 'The event has the actor among its participants.',
  'on-behalf-of': 'In the event somebody acts for the actor.',
  'in-office': 'In the event or signature somebody acts in the office.',
  area: 'The record lies in the area.',
  'member-of': 'The actor belongs to the organization or bloc.',
  'term-in': 'The person holds the office.',
  'part-of': `The office or body belongs to the actor. As a relation of records: ${decapitalised(RELATION_KINDS['part-of'])}`,
  party: 'The agreement has the actor as a party, in some role.',
  'signed-by': 'The person signed the agreement.',
  milestone: 'A milestone of the agreement was reached at the event.',
  promisor: 'The actor makes the commitment.',
  beneficiary: 'The commitment benefits the actor.',
  agreement: 'The commitment is part of the agreement.',
  event: 'The commitment was made at the event.',
  assessor: 'The actor assessed the commitment.',
  restates: 'The commitment reports the other one again.',
  broader: 'The area is narrower than the other.',
  about: 'The claim or dispute is about the record.',
  'attributed-to': 'The claim is attributed to the actor.',
  position: 'A position of the dispute rests on the claim.',
  cites: 'The record cites the source.',
  refers: 'The record refers to the other in a way that no other relation names.',
  ...without(RELATION_KINDS, 'part-of'),
};

function decapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function without(vocabulary: Vocabulary, code: string): Vocabulary {
  return Object.fromEntries(Object.entries(vocabulary).filter(([each]) => each !== code));
}
