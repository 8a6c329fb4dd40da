import { and, gte, isNull, lt, lte, or, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { holds, isIn, valuesAt, whenOf } from '../db/conditions.js';
import type { Values } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { idRange, type ResourceType } from '../shared/ids.js';
import { listValues } from './references.js';

/** Which edges count. Lists hold at least one entry where they are given. */
export interface EdgeFilter {
  relations: readonly string[] | undefined;
  roles: readonly string[] | undefined;
  /** Records of these types alone are come from or gone to. */
  types: readonly ResourceType[] | undefined;
  held: HeldWithin | undefined;
  asOf: number | undefined;
}

/**
 * Days, inclusive, on one of which the edge may (`possible`) or must (`certain`) have held; NO_EARLIEST and NO_LATEST
 * are no bound. An edge without a validity of its own always holds, one whose validity is never does not.
 */
export interface HeldWithin {
  match: 'possible' | 'certain';
  first: number;
  last: number;
}

/** The predicate of a filter, with the shape of its query and the values of its placeholders. */
export interface Narrowed {
  shape: string;
  values: Values;
  condition(t: Tables): SQL | undefined;
}

export function narrowed({ relations, roles, types, held, asOf }: EdgeFilter): Narrowed {
  const when = whenOf(asOf);
  const relation = relations && listValues(relations, 'relation');
  const role = roles && listValues(roles, 'role');
  const within = types && typeRanges(types);
  return {
    shape: [when, relation?.names.length, role?.names.length, types?.length, held?.match].join('/'),
    values: {
      ...{ ...relation?.values, ...role?.values, ...within?.values },
      ...(held && { heldFirst: held.first, heldLast: held.last }),
      ...valuesAt(asOf),
    },
    condition: (t) =>
      and(
        holds(when, t.links),
        relation && isIn(t.links.relation, placeholders(relation.names)),
        role && isIn(t.links.role, placeholders(role.names)),
        within?.condition(t),
        held && heldWithin(t, held.match),
      ),
  };
}

function placeholders(names: readonly string[]): Placeholder[] {
  return names.map((name) => sql.placeholder(name));
}

/** That the target is of one of the types, which ids begin with. */
function typeRanges(types: readonly ResourceType[]): Pick<Narrowed, 'values' | 'condition'> {
  const bounds = types.flatMap((type, index) => {
    const { lowest, beyond } = idRange(type);
    return [
      [`lowest${index}`, lowest],
      [`beyond${index}`, beyond],
    ];
  });
  return {
    values: Object.fromEntries(bounds),
    condition: ({ links: { target } }) =>
      or(
        ...types.map((_, index) =>
          and(gte(target, sql.placeholder(`lowest${index}`)), lt(target, sql.placeholder(`beyond${index}`))),
        ),
      ),
  };
}

/**
 * That the time of an edge meets the days. `validFrom` is the first day it can begin on and `certainFrom` the last, so
 * that one comparison serves what may and what must be; likewise for the ends.
 */
function heldWithin({ links }: Tables, match: HeldWithin['match']): SQL | undefined {
  const { validFrom, validTo, certainFrom, certainTo } = links;
  const [from, to] = match === 'possible' ? [validFrom, validTo] : [certainFrom, certainTo];
  return and(
    or(isNull(validFrom), isNull(validTo), lte(validFrom, validTo)),
    or(isNull(from), lte(from, sql.placeholder('heldLast'))),
    or(isNull(to), gte(to, sql.placeholder('heldFirst'))),
  );
}
