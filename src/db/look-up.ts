import { and, eq, isNotNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Reference } from '../shared/reference.js';
import type { Head } from './head.js';
import type { Reader, Values } from './store.js';
import type { Tables } from './tables/index.js';

/** A reference from a query, and the type it must have. */
export interface Wanted {
  reference: Reference;
  type: string | 'any';
  /** Whether to tell if the record, an area, ever had narrower ones. */
  asTree?: boolean;
}

/**
 * `missing` when nothing fits, `ambiguous` when live records of several types have the slug. `isMerged`: the record was
 * merged into another since; see `atRevision`.
 */
export type Resolved = { id: string; hasNarrower: boolean; isMerged: boolean } | 'missing' | 'ambiguous';

export interface Preamble extends Head {
  /** Last revision recorded at or before the given instant; 0 before the first. */
  revisionAt: number | null;
  references: Resolved[];
}

/**
 * What the names among some references meant: ids, or what was wrong. Undefined when all were ids. Names are those of
 * the present whatever revision is asked for, so an answer that was found by name may differ later.
 */
export function meaningOfNames(wanted: readonly Wanted[], found: readonly Resolved[]): string | undefined {
  if (wanted.every(({ reference }) => reference.form === 'id')) return undefined;
  return found.map((record) => (typeof record === 'string' ? record : record.id)).join();
}

/** What a list must know before its page, in one query: the head, the revision at an instant, ids of references. */
export async function readPreamble(reader: Reader, wanted: readonly Wanted[], instant?: string): Promise<Preamble> {
  const shape = wanted
    .map(({ reference, type, asTree }) => `${reference.form}${typed(reference, type) ? '' : '*'}${asTree ? '/' : ''}`)
    .join();
  const values: Record<string, string> = instant === undefined ? {} : { instant };
  for (const [index, want] of wanted.entries()) Object.assign(values, valuesOf(index, want));
  const row = await reader.get(
    `preamble ${shape} ${instant === undefined ? '' : 'at'}`,
    (db, t) =>
      db
        .select({
          revision: t.head.revision,
          recordedAt: t.head.recordedAt,
          epoch: t.head.epoch,
          revisionAt:
            instant === undefined
              ? sql<number | null>`null`
              : sql<
                  number | null
                >`(select coalesce(max(${t.revisions.revision}), 0) from ${t.revisions} where ${t.revisions.recordedAt} <= ${sql.placeholder('instant')})`.mapWith(
                  Number,
                ),
          ...Object.fromEntries(wanted.flatMap((want, index) => columnsOf(t, index, want))),
        })
        .from(t.head),
    values as Values,
  );
  if (row === undefined) throw new Error('the database has no head row');
  const columns = row as unknown as Record<string, string | number | null>;
  return {
    revision: row.revision,
    recordedAt: row.recordedAt,
    epoch: row.epoch,
    revisionAt: row.revisionAt,
    references: wanted.map((_, index) =>
      resolved(columns[`min${index}`], columns[`max${index}`], columns[`tree${index}`], columns[`merged${index}`]),
    ),
  };
}

/**
 * What some references mean at a revision: in place of a record that was merged by then the one that it went on as. No
 * query unless one of them was ever merged.
 */
export async function atRevision(
  reader: Reader,
  wanted: readonly Wanted[],
  found: readonly Resolved[],
  revision: number,
): Promise<Resolved[]> {
  let now = [...found];
  for (;;) {
    const merged = now.flatMap((each) => (typeof each !== 'string' && each.isMerged ? [each.id] : []));
    const next = new Map<string, string>();
    for (const id of new Set(merged)) {
      const survivor = await survivorAt(reader, id, revision);
      if (survivor !== undefined) next.set(id, survivor);
    }
    if (next.size === 0) return now;
    const ids = now.map((each) => (typeof each === 'string' ? '' : (next.get(each.id) ?? each.id)));
    const again = wanted.map((want, index) => ({ ...want, reference: { form: 'id' as const, id: ids[index] ?? '' } }));
    const { references } = await readPreamble(reader, again);
    now = now.map((each, index) => (typeof each === 'string' ? each : (references[index] ?? each)));
  }
}

/** The record that one went on as when it was merged, if that was at a revision or before. */
async function survivorAt(reader: Reader, id: string, revision: number): Promise<string | undefined> {
  const row = await reader.get(
    'survivor at',
    (db, { revisions }) =>
      db
        .select({ id: revisions.mergedInto })
        .from(revisions)
        .where(
          and(
            eq(revisions.entity, sql.placeholder('id')),
            lte(revisions.revision, sql.placeholder('revision')),
            isNotNull(revisions.mergedInto),
          ),
        ),
    { id, revision },
  );
  return row?.id ?? undefined;
}

type Value = string | number | null | undefined;

function resolved(min: Value, max: Value, narrower: Value, mergedInto: Value): Resolved {
  if (typeof min !== 'string') return 'missing';
  if (min !== max) return 'ambiguous';
  return { id: min, hasNarrower: Number(narrower ?? 0) > 0, isMerged: mergedInto != null };
}

function typed(reference: Reference, type: string): string | undefined {
  if (reference.form === 'slug' && reference.type !== undefined) return reference.type;
  return type === 'any' ? undefined : type;
}

function valuesOf(index: number, { reference, type }: Wanted): Record<string, string> {
  const wantedType = typed(reference, type);
  const values: Record<string, string> = wantedType === undefined ? {} : { [`type${index}`]: wantedType };
  if (reference.form === 'id') values[`a${index}`] = reference.id;
  if (reference.form === 'slug') values[`a${index}`] = reference.slug;
  if (reference.form === 'external')
    Object.assign(values, { [`a${index}`]: reference.value, [`b${index}`]: reference.scheme });
  return values;
}

function columnsOf(t: Tables, index: number, want: Wanted): [string, SQL.Aliased][] {
  const found = candidates(t, index, want);
  const column = (name: string, value: SQL): [string, SQL.Aliased] => [name, value.as(name)];
  const narrower = sql`select 1 from ${t.areas} where ${t.areas.broader} in (select id from (${found}) as found) limit 1`;
  return [
    column(`min${index}`, sql`(select min(id) from (${found}) as found)`),
    column(`max${index}`, sql`(select max(id) from (${found}) as found)`),
    column(`merged${index}`, sql`(select max(merged_into) from (${found}) as found)`),
    ...(want.asTree ? [column(`tree${index}`, sql`(select count(*) from (${narrower}) as narrower)`)] : []),
  ];
}

/**
 * Ids that fit, and what they were merged into; of a slug with a type the live record, or else the one that ended last,
 * and of a slug without a type those that were merged where no live record has it.
 */
function candidates(t: Tables, index: number, { reference, type }: Wanted): SQL {
  const a = sql.placeholder(`a${index}`);
  const known = typed(reference, type) !== undefined;
  const ofType = known ? sql` and ${t.entities.type} = ${sql.placeholder(`type${index}`)}` : sql``;
  const found = sql`select ${t.entities.id} as id, ${t.entities.mergedInto} as merged_into from ${t.entities}`;
  if (reference.form === 'id') return sql`${found} where ${t.entities.id} = ${a}${ofType}`;
  if (reference.form === 'external') {
    return sql`select ${t.externalIds.subject} as id, ${t.entities.mergedInto} as merged_into from ${t.externalIds} join ${t.entities} on ${t.entities.id} = ${t.externalIds.subject} where ${t.externalIds.value} = ${a} and ${t.externalIds.scheme} = ${sql.placeholder(`b${index}`)} and ${t.externalIds.until} is null${ofType}`;
  }
  const bySlug = sql`${found} where ${t.entities.slug} = ${a}${ofType}`;
  if (!known) {
    const live = sql`select 1 from ${t.entities} as live where live.slug = ${a} and not live.deleted`;
    return sql`${bySlug} and (not ${t.entities.deleted} or (${t.entities.mergedInto} is not null and not exists (${live})))`;
  }
  return sql`${bySlug} order by ${t.entities.deleted}, ${t.entities.revision} desc limit 1`;
}
