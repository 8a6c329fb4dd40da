import { sql } from 'drizzle-orm';
import type { Kit } from '../columns.js';
import { isCurrent } from '../columns.js';
import type { CoreTables } from './core.js';

/**
 * One projection table per resource: the typed columns that filters and sorts need, a row per version. Current rows
 * have `until` null; at revision r a row holds when `revision <= r` and `until` is null or greater than r.
 */
export function defineRecords(kit: Kit, core: CoreTables) {
  const common = recordColumns(kit, core);
  return { ...defineDealings(kit, common), ...defineFrame(kit, common), ...defineEvidence(kit, common) };
}

type RecordColumns = ReturnType<typeof recordColumns>;

/** Columns that every projection has. */
function recordColumns({ big, key }: Kit, core: CoreTables) {
  return () => ({
    revision: big('revision')
      .primaryKey()
      .references(() => core.revisions.revision),
    entity: key('entity')
      .notNull()
      .references(() => core.entities.id),
    /** Revision that replaced or deleted this version; null while current. */
    until: big('until'),
    /** Revision of version 1: the order of creation. */
    created: big('created').notNull(),
    /** Folded label, cut to 200 characters. */
    label: key('label').notNull(),
    method: key('method').notNull(),
    /** Day numbers (days since 1970-01-01); a missing bound is a sentinel beyond every real day. */
    dateFrom: big('date_from').notNull(),
    dateTo: big('date_to').notNull(),
  });
}

/**
 * Day numbers between which a record's own time may hold and surely holds, sentinels for missing bounds; null when the
 * record names no such time.
 */
function held({ big }: Kit) {
  return {
    validFrom: big('valid_from'),
    validTo: big('valid_to'),
    certainFrom: big('certain_from'),
    certainTo: big('certain_to'),
  };
}

/** How far the citations of a record support its fields: `none`, `some` or `all`. */
function evidence({ key }: Kit) {
  return { supported: key('supported').notNull().default('none') };
}

type Column = Parameters<ReturnType<Kit['index']>['on']>[0];
type Sortable = Record<
  'entity' | 'revision' | 'until' | 'created' | 'label' | 'dateFrom' | 'dateTo' | 'supported',
  Column
>;

/**
 * For each sort a partial index over current rows and one for reading as of a revision. Both cover: without `until` in
 * the partial one SQLite would rather walk the other, and with it the whole history.
 */
function sortIndexes({ index }: Kit, name: string, t: Sortable) {
  return [
    index(`${name}_date`).on(t.dateFrom, t.dateTo, t.entity, t.until).where(isCurrent),
    index(`${name}_date_as_of`).on(t.dateFrom, t.dateTo, t.entity, t.revision, t.until),
    index(`${name}_label`).on(t.label, t.entity, t.until).where(isCurrent),
    index(`${name}_label_as_of`).on(t.label, t.entity, t.revision, t.until),
    index(`${name}_created`).on(t.created, t.entity, t.until).where(isCurrent),
    index(`${name}_created_as_of`).on(t.created, t.entity, t.revision, t.until),
    index(`${name}_updated`).on(t.revision, t.entity, t.until).where(isCurrent),
    index(`${name}_entity`).on(t.entity, t.revision),
    index(`${name}_supported`).on(t.supported, t.dateFrom, t.dateTo, t.entity).where(isCurrent),
  ];
}

function defineEvents(kit: Kit, common: RecordColumns) {
  const { table, key, real, index } = kit;
  return table(
    'events',
    {
      ...common(),
      kind: key('kind').notNull(),
      status: key('status').notNull(),
      country: key('country'),
      latitude: real('latitude'),
      longitude: real('longitude'),
      ...evidence(kit),
      /** What an event can be known again by; null when it says too little for that. */
      likeness: key('likeness'),
    },
    (t) => {
      const order = [t.dateFrom, t.dateTo, t.entity] as const;
      // Each with the columns of the others, so that a list narrowed by several looks up no record that does not fit.
      return [
        ...sortIndexes(kit, 'events', t),
        index('events_kind')
          .on(t.kind, ...order, t.status, t.country, t.until)
          .where(isCurrent),
        index('events_status')
          .on(t.status, ...order, t.kind, t.country, t.until)
          .where(isCurrent),
        index('events_country')
          .on(t.country, ...order, t.kind, t.status, t.until)
          .where(isCurrent),
        index('events_likeness')
          .on(t.likeness, t.entity, t.dateFrom, t.dateTo, t.until)
          .where(sql`until is null and likeness is not null`),
      ];
    },
  );
}

function defineDealings(kit: Kit, common: RecordColumns) {
  const { table, key, index } = kit;
  const agreements = table(
    'agreements',
    {
      ...common(),
      legalForm: key('legal_form').notNull(),
      bindingness: key('bindingness'),
      status: key('status'),
      ...evidence(kit),
    },
    (t) => [
      ...sortIndexes(kit, 'agreements', t),
      index('agreements_status').on(t.status, t.dateFrom, t.dateTo, t.entity).where(isCurrent),
    ],
  );
  const commitments = table(
    'commitments',
    {
      ...common(),
      kind: key('kind').notNull(),
      stage: key('stage'),
      bindingness: key('bindingness'),
      currency: key('currency'),
      /** The amount as fixed-width text whose byte order is the numeric order. */
      amountKey: key('amount_key'),
      ...held(kit),
      ...evidence(kit),
    },
    (t) => [
      ...sortIndexes(kit, 'commitments', t),
      index('commitments_kind').on(t.kind, t.dateFrom, t.dateTo, t.entity).where(isCurrent),
      index('commitments_stage').on(t.stage, t.dateFrom, t.dateTo, t.entity).where(isCurrent),
      index('commitments_currency').on(t.currency, t.dateFrom, t.dateTo, t.entity).where(isCurrent),
    ],
  );
  return { events: defineEvents(kit, common), agreements, commitments };
}

function defineFrame(kit: Kit, common: RecordColumns) {
  const { table, key, index } = kit;
  const actors = table(
    'actors',
    { ...common(), kind: key('kind').notNull(), country: key('country'), ...held(kit), ...evidence(kit) },
    (t) => [...sortIndexes(kit, 'actors', t), index('actors_kind').on(t.kind, t.label, t.entity).where(isCurrent)],
  );
  const areas = table('areas', { ...common(), broader: key('broader'), ...evidence(kit) }, (t) => [
    ...sortIndexes(kit, 'areas', t),
    index('areas_broader').on(t.broader, t.entity),
  ]);
  return { actors, areas };
}

function defineEvidence(kit: Kit, common: RecordColumns) {
  const { table, key, integer, index } = kit;
  const sources = table(
    'sources',
    {
      ...common(),
      kind: key('kind').notNull(),
      language: key('language'),
      ...evidence(kit),
      reliability: key('reliability'),
      standing: key('standing').notNull().default('standing'),
    },
    (t) => [...sortIndexes(kit, 'sources', t), index('sources_standing').on(t.standing, t.entity, t.revision, t.until)],
  );
  const claims = table(
    'claims',
    {
      ...common(),
      kind: key('kind').notNull(),
      rank: key('rank').notNull(),
      standing: key('standing').notNull(),
      certainty: key('certainty').notNull(),
      field: key('field'),
      ...evidence(kit),
    },
    (t) => [...sortIndexes(kit, 'claims', t)],
  );
  const disputes = table(
    'disputes',
    { ...common(), status: key('status').notNull(), positions: integer('positions').notNull(), ...evidence(kit) },
    (t) => [...sortIndexes(kit, 'disputes', t)],
  );

  return { sources, claims, disputes };
}

export type RecordTables = ReturnType<typeof defineRecords>;
