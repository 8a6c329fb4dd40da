import { type Column, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { Tables } from './tables/index.js';

/** A day as a question names it, by its placeholders: any from `first` to `last`. */
export interface DayPlaceholders {
  first: Placeholder;
  last: Placeholder;
}

type Version = { revision: Column };

const among = (stages: readonly Placeholder[]) => sql.join([...stages], sql`, `);

/** That the version has a milestone that may have been reached by the day. */
export function mayHaveMilestone(t: Tables, record: Version, { last }: DayPlaceholders): SQL {
  return sql`exists (select 1 from ${t.milestones} as reached where reached.revision = ${record.revision} and reached.date_from <= ${last})`;
}

/** That the version has a milestone that was reached by the day for sure. */
export function surelyHasMilestone(t: Tables, record: Version, { first }: DayPlaceholders): SQL {
  return sql`exists (select 1 from ${t.milestones} as reached where reached.revision = ${record.revision} and reached.date_to <= ${first})`;
}

/** That the latest milestone of the version on some day of those may be one of the stages. */
export function mayStandAt(t: Tables, record: Version, day: DayPlaceholders, stages: readonly Placeholder[]): SQL {
  return sql`exists (select 1 from ${t.milestones} as m where m.revision = ${record.revision} and m.stage in (${among(stages)}) and ${mayBeLatest(t, day)})`;
}

/** That the latest milestone of the version on each of those days is one of the stages, whatever the dates mean. */
export function surelyStandsAt(t: Tables, record: Version, day: DayPlaceholders, stages: readonly Placeholder[]): SQL {
  const another = sql`select 1 from ${t.milestones} as m where m.revision = ${record.revision} and m.stage not in (${among(stages)}) and ${mayBeLatest(t, day)}`;
  return sql`${surelyHasMilestone(t, record, day)} and not exists (${another})`;
}

/**
 * That milestone `m` may be the latest one reached on some day from `first` to `last`; of several on one day the one
 * listed last is the latest. Each may have been reached on any day from its `date_from` to its `date_to`.
 */
function mayBeLatest(t: Tables, { first, last }: DayPlaceholders): SQL {
  const overtaken = sql`select 1 from ${t.milestones} as later where later.revision = m.revision and later.date_to <= ${first} and (later.date_from > m.date_to or (later.date_from = m.date_to and later.position > m.position))`;
  // Of the days on which it may have been reached, those that belong to a milestone of exactly that day listed later.
  const taken = sql`select count(distinct exact.date_from) from ${t.milestones} as exact where exact.revision = m.revision and exact.position > m.position and exact.date_from = exact.date_to and exact.date_from >= ${first} and exact.date_from <= ${last} and exact.date_from >= m.date_from and exact.date_from <= m.date_to`;
  const end = sql`case when m.date_to < ${last} then m.date_to else ${last} end`;
  const start = sql`case when m.date_from > ${first} then m.date_from else ${first} end`;
  return sql`m.date_from <= ${last} and not exists (${overtaken}) and (m.date_to < ${first} or (${taken}) <= (${end}) - (${start}))`;
}
