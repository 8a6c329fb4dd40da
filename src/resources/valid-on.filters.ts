import { and, eq, gte, isNull, lte, or, type Placeholder, type SQL } from 'drizzle-orm';
import { columnOf, hasEdge, isIn } from '../db/conditions.js';
import type { RecordTable, Tables } from '../db/tables/index.js';
import { mayHaveMilestone, mayStandAt, surelyHasMilestone, surelyStandsAt } from '../db/valid-on.js';
import type { Condition } from '../journal/list.js';
import { invalidParameter } from '../problems.js';
import { parseEdtf } from '../shared/edtf.js';
import type { Day } from '../shared/span.js';
import { type EdgeFilter, requireCode } from './common.filters.js';

/** The second clock: what was so in the world on a day, which EDTF may leave inexact. */
export interface ValidOn {
  day: Day;
  /** `certain`: for sure and on each day that may be meant; otherwise possibly, on one of them. */
  certain: boolean;
}

/** Reads `validOn`, a single EDTF date, and `match`. Raises `invalid-parameter`. */
export function parseValidOn(text: string, match: string): ValidOn {
  requireCode('match', match, ['possible', 'certain']);
  return { day: parseDay(text), certain: match === 'certain' };
}

/** The days that `validOn` may mean. Raises `invalid-parameter`. */
export function parseDay(text: string): Day {
  const result = parseEdtf(text, 'date');
  if (!result.ok) throw invalidParameter('validOn', result.message, 'invalid-edtf');
  const { earliest, latest } = result.value;
  if (earliest === null || latest === null) throw new Error('a single date has both bounds');
  return { first: earliest, last: latest };
}

type Build = (
  t: Tables,
  record: RecordTable,
  first: Placeholder,
  last: Placeholder,
  rest: Placeholder[],
) => SQL | undefined;

/** A predicate over the day and further values. */
function onDay({ day, certain }: ValidOn, shape: string, rest: readonly string[], build: Build): Condition {
  return {
    shape: `${shape} ${certain ? 'surely' : 'maybe'} then`,
    values: [day.first, day.last, ...rest],
    build: (t, record, _when, [first, last, ...more]) => first && last && build(t, record, first, last, more),
  };
}

/** That an edge, or a record's own time, holds then. Missing bounds of what has no validity are no bounds. */
function heldThen(table: Tables['links'], certain: boolean, first: Placeholder, last: Placeholder): SQL | undefined {
  const { validFrom, validTo, certainFrom, certainTo } = table;
  if (certain) return and(lte(certainFrom, first), gte(certainTo, last));
  return and(or(isNull(validFrom), lte(validFrom, last)), or(isNull(validTo), gte(validTo, first)));
}

/** As `edgeCondition`, of edges that hold then. */
export function heldEdgeCondition(
  on: ValidOn,
  { name, relation, spread }: EdgeFilter,
  ids: readonly string[],
  roles: readonly string[],
): Condition {
  if (relation === undefined || spread !== undefined) throw new Error(`${name} has edges without a time`);
  const shape = `${name} held ${relation}/${ids.length}/${roles.length}`;
  return onDay(on, shape, [...ids, ...roles], (t, record, first, last, rest) =>
    hasEdge(
      t,
      record,
      and(
        isIn(t.links.target, rest.slice(0, ids.length)),
        eq(t.links.relation, relation),
        roles.length === 0 ? undefined : isIn(t.links.role, rest.slice(ids.length)),
        heldThen(t.links, on.certain, first, last),
      ),
    ),
  );
}

/** That the record has an edge in one of the roles, to anybody, that holds then. */
export function heldRoleCondition(on: ValidOn, name: string, roles: readonly string[]): Condition {
  return onDay(on, `free ${name} held/${roles.length}`, roles, (t, record, first, last, rest) =>
    hasEdge(t, record, and(isIn(t.links.role, rest), heldThen(t.links, on.certain, first, last))),
  );
}

/** That the record's own time covers the day; a record that names none fits as `possible`. */
export function existsCondition(on: ValidOn): Condition {
  return onDay(on, 'exists', [], (_t, record, first, last) => heldThen(timeOf(record), on.certain, first, last));
}

/** That the stage of the latest milestone on or before the day is one of these. */
export function stageCondition(on: ValidOn, name: string, stages: readonly string[]): Condition {
  return onDay(on, `${name} then`, stages, (t, record, first, last, rest) =>
    (on.certain ? surelyStandsAt : mayStandAt)(t, record, { first, last }, rest),
  );
}

/** That a milestone was reached by the day; with `orPeriod`, or that the record's own time covers the day. */
export function begunCondition(on: ValidOn, orPeriod: boolean): Condition {
  return onDay(on, orPeriod ? 'period or milestone' : 'milestone', [], (t, record, first, last) => {
    const reached = (on.certain ? surelyHasMilestone : mayHaveMilestone)(t, record, { first, last });
    if (!orPeriod) return reached;
    const { validFrom, validTo, certainFrom, certainTo } = timeOf(record);
    const covered = on.certain
      ? and(lte(certainFrom, first), gte(certainTo, last))
      : and(lte(validFrom, last), gte(validTo, first));
    return or(reached, covered);
  });
}

function timeOf(record: RecordTable): Tables['links'] {
  const column = (name: string) => columnOf(record, name);
  return {
    validFrom: column('validFrom'),
    validTo: column('validTo'),
    certainFrom: column('certainFrom'),
    certainTo: column('certainTo'),
  } as unknown as Tables['links'];
}
