import type { Document } from '../../../journal/kind.js';
import { daysOf } from '../../../shared/span.js';
import type { Found, Rule } from '../rule.js';

export const outsideParent: Rule = {
  name: 'outside-parent',
  title: 'Outside the whole',
  description: 'An event is part of another one, but on no reading of the dates lies within its time.',
  severities: ['warning'],
  of: ['event'],
  dependencies: [{ on: 'event', fields: ['date'], path: [{ direction: 'in', relations: ['part-of'], type: 'event' }] }],
  async check(records, world) {
    const parts = records.flatMap((record) => wholesOf(record).map((whole) => ({ record, ...whole })));
    const wholes = await world.documents(parts.map(({ target }) => target));
    return parts.flatMap(({ record, target, pointer }) => {
      const whole = wholes.get(target);
      return whole === undefined ? [] : compare(record, whole, pointer);
    });
  },
};

function wholesOf({ relations }: Document): { target: string; pointer: string }[] {
  return (relations as { kind: string; target: string }[]).flatMap(({ kind, target }, index) =>
    kind === 'part-of' && target.startsWith('event_') ? [{ target, pointer: `/relations/${index}` }] : [],
  );
}

function compare(part: Document, whole: Document, pointer: string): Found[] {
  const [date, wholeDate] = [part.date as string, whole.date as string];
  const [own, other] = [daysOf(date), daysOf(wholeDate)];
  if (own.first <= other.last && own.last >= other.first) return [];
  return [
    {
      severity: 'warning',
      owners: [part.id],
      involves: [whole.id],
      key: whole.id,
      message: `The event is dated ${date}, the one that it is part of ${wholeDate}.`,
      details: { relation: pointer, date, parent: whole.id, parentDate: wholeDate },
    },
  ];
}
