import type { Document } from '../../../journal/kind.js';
import { typeOfId } from '../../../shared/ids.js';
import { isBefore } from '../days.js';
import type { Found, Rule } from '../rule.js';
import { type AgreementShape, concludedOn, type EventShape, shapeOf } from '../shapes.js';

const TALKS: readonly string[] = ['consultation', 'negotiation'];
/** Stages after which a text is talked about again. */
const REOPENED: readonly string[] = ['proposed', 'under-negotiation', 'amended'];

/** Talks on the text of an agreement that was signed by then, unless it is on record that it was taken up again. */
export const negotiatedAfterSignature: Rule = {
  name: 'negotiated-after-signature',
  title: 'Negotiated after signature',
  description:
    'Consultations or negotiations are said to negotiate an agreement, but are dated after it was signed or adopted, and no stage shows that its text was taken up again.',
  severities: ['warning'],
  of: ['event'],
  dependencies: [
    { on: 'agreement', fields: ['milestones'], path: [{ direction: 'in', relations: ['negotiates'], type: 'event' }] },
  ],
  async check(records, world) {
    const talks = records.flatMap(talksOf);
    const agreements = await world.documents(talks.map(({ agreement }) => agreement));
    return talks.flatMap((talk) => {
      const document = agreements.get(talk.agreement);
      return document === undefined ? [] : lateTalks(talk, shapeOf<AgreementShape>(document));
    });
  },
};

interface Talks {
  id: string;
  date: string;
  agreement: string;
}

function talksOf(record: Document): Talks[] {
  const { id, kind, date, status, relations } = shapeOf<EventShape>(record);
  if (!TALKS.includes(kind) || status === 'cancelled') return [];
  const negotiated = relations.filter(({ kind: relation, target }) => {
    return relation === 'negotiates' && typeOfId(target) === 'agreement';
  });
  return [...new Set(negotiated.map(({ target }) => target))].map((agreement) => ({ id, date, agreement }));
}

function lateTalks({ id, date, agreement }: Talks, document: AgreementShape): Found[] {
  const concluded = concludedOn(document);
  if (concluded === undefined || !isBefore(concluded, date)) return [];
  const isReopened = document.milestones.some(({ stage, on }) => REOPENED.includes(stage) && isBefore(concluded, on));
  if (isReopened) return [];
  return [
    {
      severity: 'warning',
      owners: [id],
      involves: [agreement],
      key: agreement,
      message: `Talks dated ${date} are said to negotiate an agreement that was signed or adopted before, on ${concluded}.`,
      details: { date, agreement, concluded },
    },
  ];
}
