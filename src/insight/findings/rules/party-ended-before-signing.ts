import { BINDING_ROLES } from '../../../resources/agreements/agreements.bound.js';
import { daysOf, spanOf } from '../../../shared/span.js';
import { isBefore } from '../days.js';
import type { Found, Rule } from '../rule.js';
import { type ActorShape, type AgreementShape, type Party, shapeOf, signingOf } from '../shapes.js';

/** Parties that were there no longer, or were bound no longer, when they signed. */
export const partyEndedBeforeSigning: Rule = {
  name: 'party-ended-before-signing',
  title: 'Party ended before signing',
  description:
    'A party to an agreement had ceased to exist before it signed, or its part in the agreement ended before it began.',
  severities: ['error'],
  of: ['agreement'],
  dependencies: [
    {
      on: 'actor',
      fields: ['existence'],
      path: [{ direction: 'in', relations: ['party'], type: 'agreement' }],
    },
  ],
  async check(records, world) {
    const signings = records.flatMap((record) => signingsOf(shapeOf<AgreementShape>(record)));
    const actors = await world.documents(signings.map(({ party }) => party.actor));
    return signings.flatMap((signing) => {
      const actor = actors.get(signing.party.actor);
      const existence = actor && shapeOf<ActorShape>(actor).existence;
      return [...ofBond(signing), ...(existence === undefined ? [] : ofExistence(signing, existence))];
    });
  },
};

interface Signing {
  agreement: string;
  pointer: string;
  party: Party;
  signed: string;
}

function signingsOf(agreement: AgreementShape & { id: string }): Signing[] {
  return agreement.parties.flatMap((party, index) => {
    const signed = signingOf(party, agreement);
    if (signed === undefined || !BINDING_ROLES.includes(party.role)) return [];
    return [{ agreement: agreement.id, pointer: `/parties/${index}`, party, signed }];
  });
}

function ofBond(signing: Signing): Found[] {
  const { endedOn } = signing.party;
  if (endedOn === undefined || !isBefore(endedOn, signing.signed)) return [];
  const message = `It ceased to bind this party on ${endedOn}, before the party signed on ${signing.signed}.`;
  return [found(signing, 'endedOn', message, { endedOn })];
}

function ofExistence(signing: Signing, existence: string): Found[] {
  if (spanOf(existence).to >= daysOf(signing.signed).first) return [];
  const message = `The party existed ${existence}, and so no longer when it signed on ${signing.signed}.`;
  return [found(signing, 'existence', message, { existence })];
}

function found({ agreement, pointer, party, signed }: Signing, which: string, message: string, more: object): Found {
  return {
    severity: 'error',
    owners: [agreement],
    involves: [party.actor],
    key: `${party.actor} ${party.role} ${which}`,
    message,
    details: { pointer, party: party.actor, signed, ...more },
  };
}
