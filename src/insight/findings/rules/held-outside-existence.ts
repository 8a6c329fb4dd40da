import type { Document } from '../../../journal/kind.js';
import { NO_EARLIEST } from '../../../shared/edtf.js';
import { type Span, spanOf } from '../../../shared/span.js';
import type { Found, Rule } from '../rule.js';
import { type ActorShape, shapeOf } from '../shapes.js';

/** Memberships and terms that begin too early or last too long for the body or the office, or for who holds them. */
export const heldOutsideExistence: Rule = {
  name: 'held-outside-existence',
  title: 'Membership or term outside an existence',
  description:
    'A membership or a term of office begins before the body, the office or its holder existed, or goes on after one of them had ended.',
  severities: ['warning'],
  of: ['actor'],
  dependencies: [
    {
      on: 'actor',
      fields: ['existence'],
      path: [{ direction: 'in', relations: ['member-of', 'term-in'], type: 'actor' }],
    },
  ],
  async check(records, world) {
    const holdings = records.flatMap(holdingsOf);
    const targets = await world.documents(holdings.map(({ target }) => target));
    return holdings.flatMap((holding) => {
      const target = targets.get(holding.target);
      const existence = target && shapeOf<ActorShape>(target).existence;
      return [...outside(holding, 'holder', holding.existence), ...outside(holding, 'target', existence)];
    });
  },
};

interface Holding {
  record: string;
  pointer: string;
  target: string;
  validity: string;
  /** Of the holder. */
  existence: string | undefined;
}

function holdingsOf(record: Document): Holding[] {
  const { id, existence, memberships, terms } = shapeOf<ActorShape>(record);
  const all = [
    ...memberships.map(({ of, validity }, index) => ({ target: of, validity, pointer: `/memberships/${index}` })),
    ...terms.map(({ office, validity }, index) => ({ target: office, validity, pointer: `/terms/${index}` })),
  ];
  return all.flatMap(({ target, validity, pointer }) =>
    validity === undefined ? [] : [{ record: id, pointer, target, validity, existence }],
  );
}

function outside(holding: Holding, whose: 'holder' | 'target', existence: string | undefined): Found[] {
  if (existence === undefined) return [];
  const { record, pointer, target, validity } = holding;
  const how = misfit(spanOf(validity), spanOf(existence));
  if (how === undefined) return [];
  const holder = whose === 'holder' ? 'its holder' : 'what it is in';
  return [
    {
      severity: 'warning',
      owners: [record],
      involves: whose === 'holder' ? [] : [target],
      key: `${pointer} ${whose}`,
      message: `Held ${validity}, which ${how} ${holder} existed (${existence}).`,
      details: { pointer, target, validity, whose, existence },
    },
  ];
}

/** How a holding exceeds an existence for sure; an open start says no more than that nobody knows of one. */
function misfit(held: Span, existence: Span): string | undefined {
  if (held.certainFrom < existence.from && held.certainFrom !== NO_EARLIEST) return 'begins before';
  if (held.certainTo > existence.to) return 'goes on after';
  return undefined;
}
