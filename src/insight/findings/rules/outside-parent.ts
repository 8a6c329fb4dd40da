import { isBefore } from '../days.js';
import type { Rule } from '../rule.js';
import { type EventShape, shapeOf } from '../shapes.js';

/** Parts of an event that happened before it began or after it was over. */
export const outsideParent: Rule = {
  name: 'outside-parent',
  title: 'Event outside the one it is part of',
  description: 'An event is part of another, and no day that its date may mean is one of the other.',
  severities: ['warning'],
  of: ['event'],
  dependencies: [{ on: 'event', fields: ['date'], path: [{ direction: 'in', relations: ['part-of'], type: 'event' }] }],
  async check(records, world) {
    const parts = records.flatMap((record) => {
      const { id, date, relations } = shapeOf<EventShape>(record);
      const wholes = new Set(relations.filter(({ kind }) => kind === 'part-of').map(({ target }) => target));
      return [...wholes].map((whole) => ({ id, date, whole }));
    });
    const wholes = await world.documents(parts.map(({ whole }) => whole));
    return parts.flatMap(({ id, date, whole }) => {
      const document = wholes.get(whole);
      if (document === undefined || !document.id.startsWith('event_')) return [];
      const { date: wholeDate } = shapeOf<EventShape>(document);
      const isEarly = isBefore(date, wholeDate);
      if (!isEarly && !isBefore(wholeDate, date)) return [];
      return [
        {
          severity: 'warning',
          owners: [id],
          involves: [whole],
          key: whole,
          message: `Dated ${date}, ${isEarly ? 'before' : 'after'} the event that this is a part of, dated ${wholeDate}.`,
          details: { date, partOf: whole, partOfDate: wholeDate },
        },
      ];
    });
  },
};
