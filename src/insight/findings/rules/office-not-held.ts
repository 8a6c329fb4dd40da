import type { Document } from '../../../journal/kind.js';
import { typeOfId } from '../../../shared/ids.js';
import { firstOfEach } from '../first-of-each.js';
import { type Coverage, coverageOf, gapsInWords, surelyCovers, validitiesInWords, validitiesOf } from '../held.js';
import type { Found, Rule } from '../rule.js';
import { type ActorShape, type AgreementShape, type EventShape, shapeOf, signingOf } from '../shapes.js';
import type { World } from '../world.js';

/**
 * Persons who act in an office outside their terms in it. Where no term of the person in the office is recorded, it is
 * enough that exactly one other person surely held the office then.
 */
export const officeNotHeld: Rule = {
  name: 'office-not-held',
  title: 'Office not held on the date',
  description:
    'A person takes part in an event, or signs an agreement, in an office whose recorded terms do not cover the date, or that another person held then.',
  severities: ['warning', 'notice'],
  of: ['event', 'agreement'],
  dependencies: [
    {
      on: 'actor',
      fields: ['terms', 'kind'],
      path: [{ direction: 'in', relations: ['participant'], type: 'event' }],
    },
    {
      on: 'actor',
      fields: ['terms', 'kind'],
      path: [{ direction: 'in', relations: ['signed-by'], type: 'agreement' }],
    },
    {
      on: 'actor',
      fields: ['terms'],
      path: [
        { direction: 'out', relations: ['term-in'] },
        { direction: 'in', relations: ['in-office'] },
      ],
    },
  ],
  async check(records, world) {
    const acts = records.flatMap((record) => firstOfEach(actsOf(record), keyOf));
    const persons = await actorsById(
      world,
      acts.map(({ person }) => person),
    );
    const without = acts.filter(({ person, office }) => termsIn(persons.get(person), office).length === 0);
    const holders = await world.pointingAt(
      without.map(({ office }) => office),
      { relations: ['term-in'], type: 'actor' },
    );
    return acts.flatMap((act) => {
      const person = persons.get(act.person);
      if (person === undefined || person.kind !== 'person') return [];
      const terms = termsIn(person, act.office);
      if (terms.length === 0) return heldByAnother(act, holders.get(act.office) ?? []);
      return outsideTerms(act, terms, coverageOf(terms, act.date));
    });
  },
};

/** That a person acted in an office on a date. */
interface Act {
  record: string;
  pointer: string;
  person: string;
  office: string;
  date: string;
}

function actsOf(record: Document): Act[] {
  return typeOfId(record.id) === 'event' ? actsAt(shapeOf<EventShape>(record)) : signaturesOf(shapeOf(record));
}

function actsAt({ id, kind, date, status, participants }: EventShape & { id: string }): Act[] {
  if (status === 'cancelled') return [];
  const hasTarget = participants.some(({ role }) => role === 'target');
  return participants.flatMap(({ actor, role, office }, index) => {
    if (office === undefined || isChangeOfOffice(kind, role, hasTarget)) return [];
    return [{ record: id, pointer: `/participants/${index}`, person: actor, office, date }];
  });
}

/** Who is appointed does not hold the office yet, and who leaves may hold it no longer. */
function isChangeOfOffice(kind: string, role: string, hasTarget: boolean): boolean {
  if (kind === 'appointment') return role === 'target';
  return kind === 'departure' && (role === 'target' || (role === 'initiator' && !hasTarget));
}

function signaturesOf(agreement: AgreementShape & { id: string }): Act[] {
  return agreement.parties.flatMap((party, nth) => {
    const date = signingOf(party, agreement);
    if (date === undefined) return [];
    return (party.signedBy ?? []).flatMap(({ person, office }, index) => {
      const pointer = `/parties/${nth}/signedBy/${index}`;
      return office === undefined ? [] : [{ record: agreement.id, pointer, person, office, date }];
    });
  });
}

/** Of several acts of a person in an office the first is told. */
function keyOf({ person, office }: Act): string {
  return `${person} ${office}`;
}

async function actorsById(world: World, ids: readonly string[]): Promise<Map<string, ActorShape>> {
  const documents = await world.documents(ids);
  return new Map([...documents].map(([id, document]) => [id, shapeOf<ActorShape>(document)]));
}

function termsIn(person: ActorShape | undefined, office: string): ActorShape['terms'] {
  return person?.terms.filter((term) => term.office === office) ?? [];
}

function outsideTerms(act: Act, terms: ActorShape['terms'], coverage: Coverage): Found[] {
  if (coverage.covered === 'all') return [];
  const words = `The recorded terms of the person in the office (${validitiesInWords(terms)})`;
  const details = { ...detailsOf(act), terms: validitiesOf(terms) };
  if (coverage.covered === 'none') {
    const message = `${words} do not reach the date of this, ${act.date}.`;
    return [{ ...found(act), severity: 'warning', message, details }];
  }
  const { gaps } = coverage;
  const message = `${words} leave out days that the date of this, ${act.date}, may mean: ${gapsInWords(gaps)}.`;
  return [
    { ...found(act), severity: 'notice', message, details: { ...details, gaps: gaps.map((gap) => ({ ...gap })) } },
  ];
}

function heldByAnother(act: Act, holders: readonly Document[]): Found[] {
  const [holder, ...others] = holders.filter(({ id, ...person }) => {
    const terms = termsIn(person as unknown as ActorShape, act.office);
    return id !== act.person && terms.some((term) => surelyCovers(term, act.date));
  });
  // Where several hold it at once, one more may do so too.
  if (holder === undefined || others.length > 0) return [];
  const message = `No term of the person in the office is recorded, and another person held it on ${act.date}.`;
  const involved = { ...found(act), involves: [act.person, act.office, holder.id] };
  return [{ ...involved, severity: 'notice', message, details: { ...detailsOf(act), holder: holder.id } }];
}

function found(act: Act): Pick<Found, 'owners' | 'involves' | 'key'> {
  return { owners: [act.record], involves: [act.person, act.office], key: keyOf(act) };
}

function detailsOf({ pointer, person, office, date }: Act): Found['details'] {
  return { pointer, person, office, date };
}
