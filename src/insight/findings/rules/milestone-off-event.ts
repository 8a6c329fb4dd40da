import { shareDay } from '../days.js';
import type { Rule } from '../rule.js';
import { type AgreementShape, type EventShape, shapeOf } from '../shapes.js';

/** Events that did not take place when they were to. */
const NOT_HELD: readonly string[] = ['postponed', 'cancelled'];

/** Stages that were reached at an event, as is said, and on another day. */
export const milestoneOffEvent: Rule = {
  name: 'milestone-off-event',
  title: 'Milestone not on the day of its event',
  description:
    'A milestone of an agreement names the event at which it was reached, and the two can have no day in common.',
  severities: ['warning'],
  of: ['agreement'],
  dependencies: [
    {
      on: 'event',
      fields: ['date', 'status'],
      path: [{ direction: 'in', relations: ['milestone'], type: 'agreement' }],
    },
  ],
  async check(records, world) {
    const named = records.flatMap((record) => {
      const { id, milestones } = shapeOf<AgreementShape>(record);
      return milestones.flatMap(({ stage, on, event }, index) =>
        event === undefined ? [] : [{ id, stage, on, event, pointer: `/milestones/${index}` }],
      );
    });
    const events = await world.documents(named.map(({ event }) => event));
    return named.flatMap(({ id, stage, on, event, pointer }) => {
      const document = events.get(event);
      if (document === undefined) return [];
      const { date, status } = shapeOf<EventShape>(document);
      if (NOT_HELD.includes(status) || shareDay(on, date)) return [];
      return [
        {
          severity: 'warning',
          owners: [id],
          involves: [event],
          key: `${stage} ${event}`,
          message: `The stage ${stage} is dated ${on}, the event at which it was reached ${date}.`,
          details: { pointer, stage, on, event, date },
        },
      ];
    });
  },
};
