import type { Document } from '../../../journal/kind.js';
import { NO_LATEST } from '../../../shared/edtf.js';
import { isoOf } from '../days.js';
import { spanOfHolding } from '../held.js';
import type { Found, Rule } from '../rule.js';
import { type ActorShape, shapeOf } from '../shapes.js';

/** Two persons in one office at once for more than the day of the hand-over. */
export const officeHeldTwice: Rule = {
  name: 'office-held-twice',
  title: 'Two persons in one office',
  description: 'Two persons surely held the same office at the same time, for longer than the day of a hand-over.',
  severities: ['notice'],
  of: ['actor'],
  dependencies: [
    { on: 'actor', fields: ['terms'], path: [{ direction: 'out', relations: ['term-in'], type: 'actor' }] },
  ],
  async check(records, world) {
    const holders = await world.pointingAt(
      records.map(({ id }) => id),
      { relations: ['term-in'], type: 'actor' },
    );
    return records.flatMap(({ id }) => {
      const terms = (holders.get(id) ?? []).flatMap((holder) => termsIn(holder, id));
      return overlaps(terms).map((pair) => found(id, pair));
    });
  },
};

interface Term {
  person: string;
  validity: string;
  first: number;
  last: number;
}

/** The days on which a person surely held the office; terms that may be shorter than a day are left out. */
function termsIn(holder: Document, office: string): Term[] {
  const { id, terms } = shapeOf<ActorShape>(holder);
  return terms.flatMap(({ office: held, validity }) => {
    if (held !== office || validity === undefined) return [];
    const { certainFrom, certainTo } = spanOfHolding({ validity });
    return certainFrom > certainTo ? [] : [{ person: id, validity, first: certainFrom, last: certainTo }];
  });
}

/** Each two persons once, with the first time at which they share more than one day. */
function overlaps(terms: readonly Term[]): [Term, Term][] {
  const inOrder = [...terms].sort((a, b) => a.first - b.first || a.last - b.last || (a.person < b.person ? -1 : 1));
  const pairs = new Map<string, [Term, Term]>();
  for (const [index, term] of inOrder.entries()) {
    for (const later of inOrder.slice(index + 1)) {
      if (later.first >= term.last) break;
      const key = [term.person, later.person].sort().join(' ');
      if (term.person === later.person || later.first >= later.last || pairs.has(key)) continue;
      pairs.set(key, [term, later]);
    }
  }
  return [...pairs.values()];
}

function found(office: string, pair: [Term, Term]): Found {
  const persons = pair.map(({ person }) => person).sort();
  const [from, to] = [pair[1].first, Math.min(pair[0].last, pair[1].last)];
  const until = to === NO_LATEST ? 'without an end' : `to ${isoOf(to)}`;
  return {
    severity: 'notice',
    owners: [office],
    involves: persons,
    key: persons.join(' '),
    message: `Two persons held this office at once, from ${isoOf(from) ?? 'the beginning'} ${until}.`,
    details: { terms: pair.map(({ person, validity }) => ({ person, validity })), from: isoOf(from), to: isoOf(to) },
  };
}
