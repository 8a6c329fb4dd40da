import type { Document } from '../../../journal/kind.js';
import { isBefore } from '../days.js';
import { disorders, inWords } from '../milestones.js';
import type { Found, Rule } from '../rule.js';
import { type AgreementShape, shapeOf } from '../shapes.js';

/** Agreements in force before they were signed, as a whole or for one of their parties. */
export const inForceBeforeSignature: Rule = {
  name: 'in-force-before-signature',
  title: 'In force before signature',
  description: 'An agreement is in force, as a whole or for a party, before it was signed.',
  severities: ['warning'],
  of: ['agreement'],
  dependencies: [],
  async check(records) {
    return records.flatMap((record) => [...asAWhole(record), ...forParties(record)]);
  },
};

function asAWhole(record: Document): Found[] {
  const { id, milestones } = shapeOf<AgreementShape>(record);
  return disorders(milestones, { 'in-force': ['signed'] }).map(({ later, earlier }) => ({
    severity: 'warning',
    owners: [id],
    involves: [],
    key: '/milestones',
    message: `The agreement is in force on ${later.on} and was signed only later: ${inWords(earlier)}.`,
    details: { inForce: { ...later }, signed: earlier.map((each) => ({ ...each })) },
  }));
}

function forParties(record: Document): Found[] {
  const { id, parties } = shapeOf<AgreementShape>(record);
  return parties.flatMap(({ actor, role, signedOn, inForceOn }, index) => {
    if (signedOn === undefined || inForceOn === undefined || !isBefore(inForceOn, signedOn)) return [];
    return [
      {
        severity: 'warning',
        owners: [id],
        involves: [actor],
        key: `${actor} ${role}`,
        message: `It is in force for this party on ${inForceOn}, and the party signed only on ${signedOn}.`,
        details: { pointer: `/parties/${index}`, party: actor, inForceOn, signedOn },
      },
    ];
  });
}
