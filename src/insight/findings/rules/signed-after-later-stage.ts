import type { Document } from '../../../journal/kind.js';
import { isBefore } from '../days.js';
import { disorders, inWords, type Placed, placed } from '../milestones.js';
import type { Found, Rule } from '../rule.js';
import { type AgreementShape, type EventShape, shapeOf } from '../shapes.js';

/** Stages that follow signature; entry into force is the matter of another rule. */
const AFTER_SIGNATURE = [
  'ratified',
  'provisionally-applied',
  'amended',
  'suspended',
  'denounced',
  'terminated',
  'expired',
  'superseded',
];
/** Kinds of events that are such a stage, where they result in the agreement. */
const STAGES: readonly string[] = ['ratification', 'entry-into-force'];

/** Signatures dated after what follows a signature: a stage, the consent of a party, an event. */
export const signedAfterLaterStage: Rule = {
  name: 'signed-after-later-stage',
  title: 'Signed after a later stage',
  description:
    'An agreement is signed, as a whole or by a party, after it was ratified, applied, amended or ended, after a party consented to it, or after an event of its ratification or entry into force.',
  severities: ['warning'],
  of: ['agreement'],
  dependencies: [
    {
      on: 'event',
      fields: ['kind', 'date', 'status', 'relations'],
      path: [{ direction: 'out', relations: ['results-in'], type: 'agreement' }],
    },
  ],
  async check(records, world) {
    const events = await world.pointingAt(
      records.map(({ id }) => id),
      { relations: ['results-in'], type: 'event' },
    );
    return records.flatMap((record) => [
      ...ofStages(record),
      ...ofParties(record),
      ...ofEvents(record, events.get(record.id) ?? []),
    ]);
  },
};

function ofStages(record: Document): Found[] {
  const { id, milestones } = shapeOf<AgreementShape>(record);
  const before = Object.fromEntries(AFTER_SIGNATURE.map((stage) => [stage, ['signed']]));
  return disorders(milestones, before).map(({ later, earlier }) => ({
    severity: 'warning',
    owners: [id],
    involves: [],
    key: later.stage,
    message: `The stage ${inWords([later])} is dated before the signature: ${inWords(earlier)}.`,
    details: { later: { ...later }, signed: detailsOf(earlier) },
  }));
}

function ofParties(record: Document): Found[] {
  const { id, parties, milestones } = shapeOf<AgreementShape>(record);
  const signed = signaturesIn(milestones);
  return parties.flatMap(({ actor, role, signedOn, consentOn, inForceOn }, index) => {
    const pointer = `/parties/${index}`;
    const own = signedOn === undefined ? signed : [{ stage: 'signed', on: signedOn, pointer: `${pointer}/signedOn` }];
    // That it was in force for a party before the party signed is the matter of another rule.
    const steps = { consentOn, inForceOn: signedOn === undefined ? inForceOn : undefined };
    return Object.entries(steps).flatMap(([step, on]): Found[] => {
      if (on === undefined || !isBeforeAll(on, own)) return [];
      const words = step === 'consentOn' ? 'This party consented to it' : 'It is in force for this party';
      return [
        {
          severity: 'warning',
          owners: [id],
          involves: [actor],
          key: `${actor} ${role} ${step}`,
          message: `${words} on ${on}, before the signature: ${inWords(own)}.`,
          details: { pointer: `${pointer}/${step}`, party: actor, on, signed: detailsOf(own) },
        },
      ];
    });
  });
}

function ofEvents(record: Document, events: readonly Document[]): Found[] {
  const signed = signaturesIn(shapeOf<AgreementShape>(record).milestones);
  return events.flatMap((document) => {
    const { id, kind, date, status } = shapeOf<EventShape>(document);
    if (status !== 'concluded' || !STAGES.includes(kind) || !isBeforeAll(date, signed)) return [];
    return [
      {
        severity: 'warning',
        owners: [record.id],
        involves: [id],
        key: id,
        message: `An event of the kind ${kind} that results in it is dated ${date}, before the signature: ${inWords(signed)}.`,
        details: { event: id, kind, date, signed: detailsOf(signed) },
      },
    ];
  });
}

function signaturesIn(milestones: AgreementShape['milestones']): Placed[] {
  return placed(milestones).filter(({ stage }) => stage === 'signed');
}

function isBeforeAll(date: string, signed: readonly Placed[]): boolean {
  return signed.length > 0 && signed.every(({ on }) => isBefore(date, on));
}

function detailsOf(signed: readonly Placed[]) {
  return signed.map((each) => ({ ...each }));
}
