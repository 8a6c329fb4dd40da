import type { Document } from '../../../journal/kind.js';
import { NO_LATEST } from '../../../shared/edtf.js';
import { typeOfId } from '../../../shared/ids.js';
import { daysOf } from '../../../shared/span.js';
import { sourcesOf } from '../cited.js';
import { isoOf } from '../days.js';
import type { Rule } from '../rule.js';
import { type ClaimShape, type EventShape, type SourceShape, shapeOf } from '../shapes.js';

/** Statuses that say that an event took place. */
const HAPPENED: readonly string[] = ['concluded', 'ongoing'];
/** Sources that are kept up to date, so that the day on which they came out says little. */
const LIVING: readonly string[] = ['dataset', 'reference', 'aggregator'];

/** What is said to have happened, or to have been said, after all that it is cited from had come out. */
export const sourcesPredate: Rule = {
  name: 'sources-predate',
  title: 'Sources older than what they report',
  description:
    'An event is recorded as having taken place, or a claim as made, on a day after every source cited for it was published.',
  severities: ['notice'],
  of: ['event', 'claim'],
  dependencies: [
    { on: 'source', fields: ['publishedOn', 'kind'], path: [{ direction: 'in', type: 'event' }] },
    { on: 'source', fields: ['publishedOn', 'kind'], path: [{ direction: 'in', type: 'claim' }] },
  ],
  async check(records, world) {
    const dated = records.flatMap((record) => {
      const date = dateOf(record);
      return date === undefined ? [] : [{ id: record.id, date, sources: sourcesOf(record) }];
    });
    const documents = await world.documents(dated.flatMap(({ sources }) => sources));
    return dated.flatMap(({ id, date, sources }) => {
      const published = sources.map((source) => lastPublished(documents.get(source)));
      const last = Math.max(...published);
      if (sources.length === 0 || last >= daysOf(date).first) return [];
      return [
        {
          severity: 'notice',
          owners: [id],
          involves: sources.filter((source) => source !== id),
          key: '/citations',
          message: `Dated ${date}, and the last of the sources cited came out by ${isoOf(last)}.`,
          details: { date, sources, published: isoOf(last) },
        },
      ];
    });
  },
};

function dateOf(record: Document): string | undefined {
  if (typeOfId(record.id) === 'claim') return shapeOf<ClaimShape>(record).claimedOn;
  const { date, status } = shapeOf<EventShape>(record);
  return HAPPENED.includes(status) ? date : undefined;
}

/** The last day on which a source may have come out. */
function lastPublished(document: Document | undefined): number {
  if (document === undefined) return NO_LATEST;
  const { publishedOn, kind } = shapeOf<SourceShape>(document);
  return publishedOn === undefined || LIVING.includes(kind) ? NO_LATEST : daysOf(publishedOn).last;
}
